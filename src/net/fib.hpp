// Routing tables of their own for groups of processes: setfib(1).
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace cellblock::net {

/// What marks packets of processes whose routes are those of `fib`.
constexpr uint32_t mark_of_fib(uint32_t fib) { return 0x0fb00000u | fib; }

/// Makes this network stack route packets with the mark of `fib` by `table` alone. Made before is success.
Result<> add_fib_rules(uint32_t fib, uint32_t table);

/// Moves the calling process into a control group below its own, in which each new IP socket has the mark of `fib`.
/// What it runs from now on stays there. Needs the host's root rights.
Result<> join_fib_group(uint32_t fib);

}  // namespace cellblock::net
