// `net.*` of one cable taken apart and checked as far as that goes without a look at the host.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "model/cable.hpp"
#include "model/wanted.hpp"

namespace cellblock::plan {

/// Nothing: the jail has none. Errors begin with the parameter: "net.mac: 02:00: not a hardware address".
/// `name`: of one that is not the jail's first (CableId).
Result<std::optional<model::Cable>> cable_of(const model::Wanted& wanted, const std::string& name = {});

/// All addresses of hosts in the network of "ADDRESS/LENGTH", as a value of net.address; what is none comes back as it is.
std::string whole_range(const std::string& address);

/// Whether two networks, "ADDRESS/LENGTH" each, have an address in common.
bool overlap(const std::string& left, const std::string& right);

/// Whether the parameter is one of a cable: net.* but for those of the jail itself.
bool is_of_cable(std::string_view name);

/// What is to run in the jail once it is connected (`net.address = dhcp`); empty: nothing.
std::vector<std::string> address_command(const model::Wanted& wanted);

}  // namespace cellblock::plan
