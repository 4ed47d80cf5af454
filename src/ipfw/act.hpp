// What rules do with a packet, as expressions of nf_tables, and the marks by which packets and connections carry it.
#pragma once

#include <array>
#include <utility>

#include "ipfw/compile.hpp"
#include "ipfw/match.hpp"
#include "net/fib.hpp"

namespace cellblock::ipfw {

// Of connections; of packets. What is left of a packet's mark is for tags: setfib(1) has the rest (net/fib.hpp).
inline constexpr uint32_t state_mark = 0x1f000000, reset_mark = 0x3f000000;
inline constexpr uint32_t nat_mark = 0x2f000000, divert_mark = 0x2f100000, local_mark = 0x2f300000, nat_mark_bits = 0x2fc00000;
inline constexpr std::array<uint32_t, 7> tag_bits{1u << 16, 1u << 17, 1u << 18, 1u << 19, 1u << 28, 1u << 30, 1u << 31};
inline constexpr uint32_t all_tag_bits = 0xd00f0000;
static_assert((all_tag_bits & (hop_mark | divert_mark | 0xffff)) == 0 && (all_tag_bits & net::fib_mask) == 0);

/// The way of a packet through the rules. What a rule diverts leaves it there and, translated, goes on behind that rule:
/// `again`.
struct Path {
  bool out = false, again = false, sockets = true;  ///< whether the kernel tells a packet's socket there
  std::string_view name;  ///< in the names of its chains
};
inline constexpr std::array<Path, 2> paths{Path{false, false, true, "in"}, Path{true, false, false, "out"}};
/// What begins here has a way of its own out where rules ask for sockets.
inline constexpr Path own_path{true, false, true, "own"};
inline constexpr std::array<Path, 2> paths_again{Path{false, true, true, "in2"}, Path{true, true, false, "out2"}};

/// Gives the packet's mark these bits; it keeps `kept_bits`.
void mark(nft::Body& body, uint32_t kept_bits, uint32_t bits);
/// Packets whose mark, but for tags, is that.
nft::Body marked(uint32_t mark);

/// A packet that is no error about another connection: FreeBSD's states know none of these.
nft::Body no_error();
/// Whether the rule can match an error that ICMP sends about a connection of another protocol.
bool takes_errors(const Rule& rule);
/// The connection gets the state of the rule.
void keep_state(nft::Body& body, const Kept& kept);
/// Drops a connection beyond the rule's limit: the set that counts them, and what asks it.
std::pair<nft::Set, nft::Body> limit(const Kept& kept, const Path& path, bool six);

/// What "reset" and "unreach" send.
nft::Body answer(const Rule& rule);

/// What "fwd" can't do any more: a packet that is on its way out has its way, unless it begins here.
void leave_out(Ways& ways, const Hop& hop, const Path& path);

/// Whether a jail's sockets are asked.
bool asks_socket(const Rule& rule);
Rule without_sockets(Rule rule);

}  // namespace cellblock::ipfw
