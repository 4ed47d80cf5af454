// What jails on bridges leave on the host: their ends of cables, and bridges that were made for them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernel/registry.hpp"
#include "net/network.hpp"

namespace cellblock::kernel {

/// The group (ip-link(8)) of all ends, and interfaces in VLANs, that Cellblock has made: how they are told from other people's.
constexpr uint32_t cable_group = 0xce11;

/// Held while bridges and the cables to them are made and taken away.
Result<Fd> lock_bridges(const Registry& registry);

/// Nothing: there is none.
Result<std::optional<net::Link>> find_link(net::Network& network, const std::string& name);

/// An end of a cable that no living jail has.
bool is_loose_end(const record::State& state, const net::Link& link);

/// Gives a loose end a name that no jail wants. It goes with its jail's network stack, a moment later.
Result<> put_aside(net::Network& host, const net::Link& link);

/// Takes away all loose ends, at once, and then the bridges that were made for jails and are idle, unless they have come
/// to have other ports: they are their user's now; not `but`, which somebody is about to lay a cable to. The caller holds
/// the lock. Returns the bridges that are gone.
Result<std::vector<std::string>> remove_remains(Registry& registry, net::Network& host, std::string_view but = {});

/// What a kill has left: idle bridges, rules of cables that are gone, and cables that were laid and not joined. A line in
/// `done` for each.
Result<> mend_cables(Registry& registry, std::vector<std::string>& done);

}  // namespace cellblock::kernel
