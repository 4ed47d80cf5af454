// All cables of a jail: `net.*` say what its first is, `net.eth1.*` what another one is whose end in the jail is called eth1.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/cable.hpp"
#include "model/wanted.hpp"

namespace cellblock::plan {

/// Which cables net.* say anything of, in that order (CableId::name).
std::vector<std::string> cable_names(const model::Wanted& wanted);

/// The jail as if it had that cable alone: its parameters are net.*.
model::Wanted with_one(const model::Wanted& wanted, std::string_view cable);
/// The jail with that cable's parameters as `one` has them. The jail's own net.dns and net.search go before those of `one`.
void put_back(model::Wanted& wanted, std::string_view cable, const model::Wanted& one);

/// In the order of cable_names(). Errors begin with the parameter: "net.eth1.mac: 02:00: not a hardware address".
Result<std::vector<model::CableWish>> cables_of(const model::Wanted& wanted);

/// What is to run in the jail once it is connected (`net.address = dhcp`), a command for each cable.
std::vector<std::vector<std::string>> address_commands(const model::Wanted& wanted);

}  // namespace cellblock::plan
