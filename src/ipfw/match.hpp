// What a rule is held to, as expressions of nf_tables.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ipfw/rule.hpp"
#include "nft/body.hpp"

namespace cellblock::ipfw {

inline constexpr uint8_t v4 = 2, v6 = 10;
/// The class of service is within these, at other bits of IPv4 and IPv6.
inline constexpr nft::Field first_bytes{NFT_PAYLOAD_NETWORK_HEADER, 0, 2};
inline nft::Body family(uint8_t which) { return std::move(nft::Body().load(NFT_META_NFPROTO).is(nft::byte(which))); }
inline nft::Body protocol(uint8_t which) { return std::move(nft::Body().load(NFT_META_L4PROTO).is(nft::byte(which))); }
/// The kernel's name of the interface that is shown as `shown`.
inline std::string own_name(const std::string& shown) { return shown == "lo0" ? "lo" : shown; }

using Ways = std::vector<nft::Body>;  ///< any of them
using Tags = std::map<uint32_t, uint32_t>;  ///< of the rules, to a bit of the packet's mark each

/// The ways in which the rule can match; with none it never does. `out`: packets that go out.
Result<Ways> ways_of(const Rule& rule, bool out, const Tags& tags);

/// Where a table's value goes: a flow fills the ones before.
inline constexpr nft::Register value_register = NFT_REG_4;
/// The ways in which the value of the rule's last table comes there.
Ways values_of(const Rule& rule, bool out);

}  // namespace cellblock::ipfw
