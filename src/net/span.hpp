// Mirroring: what a bridge's span port gets to see.
#pragma once

#include <cstdint>
#include <vector>

#include "sys/netlink.hpp"

namespace cellblock::net {

enum class Way : uint8_t { in, out };

/// Copies every frame that comes in by interface `index` (or goes out) to interface `to`.
std::vector<sys::netlink::Request> mirror(int index, Way way, int to);
/// Ends it.
sys::netlink::Request unmirror(int index, Way way, int to);

}  // namespace cellblock::net
