// An instance of NAT as rules of nf_tables.
#pragma once

#include "ipfw/nat.hpp"
#include "ipfw/rule.hpp"
#include "nft/batch.hpp"

namespace cellblock::ipfw {

// Base chains that have to be there: what arrives before it is routed, what leaves, and what arrives behind the first.
inline constexpr std::string_view nat_in = "nat.in", nat_out = "nat.out", behind_in = "behind.in";

/// Appends what the instance does with the packets that `marked` matches.
void translate(nft::Batch& batch, const Nat& nat, const nft::Body& marked);

/// Appends how local programs get what "fwd" leads to this machine.
void receive(nft::Batch& batch, const Hop& hop, const nft::Body& marked);

/// Writes a class of service into packets of that family.
nft::Body set_dscp(uint8_t which, uint32_t dscp);

}  // namespace cellblock::ipfw
