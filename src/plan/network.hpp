// Networks with a name, /etc/cellblock/networks.conf: what a jail gets by `net.network = NAME`. The file is in the grammar
// of jail.conf, a block for each network:
//
//   lan { address = 10.0.0.1/24, fd00::1/64; mtu = 1400; pool = 10.0.0.100-10.0.0.200; nat; }
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/cable.hpp"
#include "model/wanted.hpp"

namespace cellblock::plan {

inline constexpr const char* networks_file = "/etc/cellblock/networks.conf";

/// What is wrong with them, each alone and one beside the other: "lan: pool: ...". Empty: nothing.
std::vector<std::string> check_networks(std::span<const model::Wanted> networks);

/// Whether one of its cables is to a network with a name.
bool wants_network(const model::Wanted& jail);

/// Puts what the network says in place of the jail's `net.network`, as parameters net.*; what the jail says itself goes
/// before. An error is of the first cable for which there is none: "net.network: lan: there is none of that name".
Result<> expand_network(model::Wanted& jail, std::span<const model::Wanted> networks);

/// The cable of a jail that takes everything from the network: what its bridge has to be.
Result<model::Cable> cable_to(const model::Wanted& network);

/// The bridge of a network: the one that it names, or one of its own name.
std::string bridge_of(const model::Wanted& network);
/// The bridge, or its VLAN: "br0.10". No two networks have the same.
std::string segment_of(const model::Wanted& network);

}  // namespace cellblock::plan
