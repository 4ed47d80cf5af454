// Routing tables of their own for groups of processes: setfib(1).
#pragma once

#include <cstdint>

#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "sys/netlink.hpp"

namespace cellblock::net {

/// What marks packets of processes whose routes are those of `fib`.
constexpr uint32_t mark_of_fib(uint32_t fib) { return 0x0fb00000u | fib; }

/// The bits of a packet's mark that count for that; the others may say something else (ipfw's tags).
inline constexpr uint32_t fib_mask = 0x2ff0ffffu;

/// The kernel's table of `fib`: 0 is the main one; not the three numbers that Linux keeps for itself.
std::optional<uint32_t> table_of_fib(int64_t fib);

/// Makes the socket's network stack route packets with the mark of `fib` by `table` alone. Made before is success.
Result<> add_fib_rules(sys::netlink::Socket& socket, uint32_t fib, uint32_t table);

/// The same for packets with that mark.
Result<> add_mark_rules(sys::netlink::Socket& socket, uint32_t mark, uint32_t table);

/// The control group "fib.N" below `parent`, a path from `root` on, in which each new IP socket has the mark of `fib`.
/// Needs the host's root rights.
Result<Fd> make_fib_group(int root, const std::string& parent, uint32_t fib);

/// Moves the calling process into such a group below its own. What it runs from now on stays there.
Result<> join_fib_group(uint32_t fib);
/// The fib of the calling process, by its control group.
uint32_t own_fib();

}  // namespace cellblock::net
