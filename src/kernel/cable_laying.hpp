// What laying a jail's cable is made of: looks before it, and the requests that make it.
#pragma once

#include <array>
#include <optional>

#include "kernel/cable_rules.hpp"
#include "kernel/registry.hpp"
#include "net/network.hpp"
#include "net/existing.hpp"
#include "net/settings.hpp"

namespace cellblock::kernel {

/// Tells whether two descriptions mean the same cable.
uint64_t fingerprint(const model::Cable& cable);

/// Of the jail's end: the one asked for, or one of its own that is the same at every start.
std::array<uint8_t, 6> hardware_of(const model::Cable& cable);

/// A bridge and the host's end of a cable, as they are by now.
struct Found {
  std::optional<net::Link> bridge;
  std::optional<net::Link> segment;  ///< the host's interface in the cable's network: the bridge, or its VLAN
  std::optional<net::Link> remains;  ///< of a jail that ended a moment ago and had the same name
};

/// The end of cable `own` is none of others.
Result<Found> look(net::Network& host, const record::State& state, const model::Cable& cable, const model::CableId& own);

/// What the journal is told before the cable is laid; `like`: fingerprint(), or 0 for one that is still to change.
std::string lines_for(const model::Cable& cable, const model::CableId& id, uint64_t like);

/// Whether a cable that is none of `own`, of a jail that lives, has one of the addresses, or of the ports.
Result<> check_taken(const record::State& state, const model::Cable& cable, Own own);

/// Takes an address out of each range that nobody on the bridge has but `own`: the one that the jail had, if there is. The caller
/// holds the lock, or only wants to know whether there is one.
Result<> choose_addresses(net::Network& host, const record::State& state, model::Cable& cable, const net::Link* segment, Own own);

/// Also of one that was made in part only.
Result<net::Link> make_bridge(net::Network& host, const model::Cable& cable);

/// Between the host and the network `there`; `conf` is /proc/sys/net/ipv6/conf of the host.
Result<> lay(net::Network& host, int conf, const model::Cable& cable, const net::Link& bridge, int there);

/// The interface has the addresses that the cable's bridge is to have.
Result<> give_addresses(net::Network& host, const model::Cable& cable, int index);

/// The bridge keeps the cable's VLANs apart. `with_interface`: the host has one in the untagged VLAN, where it is to have
/// addresses there; for bridges that were made for jails, with which it goes.
Result<> make_vlans(net::Network& host, const model::Cable& cable, net::Link& bridge, bool with_interface);

/// The end on the host becomes a port of the bridge. No requests: the end is gone.
Result<std::vector<net::Request>> port_requests(net::Network& host, const record::CableMade& made, int bridge);

/// Everything in the jail in one batch: up, addresses, routes.
Result<> furnish(net::Settings& settings, const model::Cable& cable, int there, net::Existing existing = net::Existing::refuse);

}  // namespace cellblock::kernel
