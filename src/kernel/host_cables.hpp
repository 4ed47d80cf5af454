// Bridges made for jails: what disconnect() and repairs share.
#pragma once

#include "kernel/registry.hpp"
#include "net/network.hpp"

namespace cellblock::kernel {

/// Held while bridges and the cables to them are made and taken away.
Result<Fd> lock_bridges(const Registry& registry);

/// True: it was there and is gone. A bridge that has come to have other ports stays: it is its user's now.
Result<bool> remove_bridge(net::Network& host, const std::string& name);

/// Those that no jail has a cable to any more, with a line in `done` for each.
Result<> remove_idle_bridges(Registry& registry, std::vector<std::string>& done);

}  // namespace cellblock::kernel
