// `net.nat` and `net.forward` in the host's packet filter: one table of nf_tables, there as long as a jail needs it. The
// record says what is in it (rules lines, and the marks of the cables), so it can be made anew at any time.
#pragma once

#include <span>

#include "kernel/registry.hpp"

namespace cellblock::kernel {

/// The cables that a command changes: what they have now is in nobody's way.
using Own = std::span<const model::CableId>;

inline constexpr std::string_view rules_table = "cellblock";

/// Why the cable's ports can't be had: the net.forward of a cable that is none of `own` has one.
Result<> check_ports_of_jails(const record::State& state, const model::Cable& cable, Own own);
/// The same: a program on the host's network stack listens at one, the host's or a jail's.
Result<> check_ports_of_host(const record::State& state, const model::Cable& cable);

/// Makes what the cable needs, as the record has announced it, and lets the host forward packets. The caller holds the
/// lock of the bridges.
Result<> add_rules(Registry& registry, const model::CableId& id);

/// The same where there may be rules of a cable that was there before: nothing of that one's is left.
Result<> remake_rules(Registry& registry, const model::CableId& id);

/// Takes away what cables that are gone have left, and notes that. Returns how many these were. The caller holds the lock
/// of the bridges.
Result<size_t> remove_loose_rules(Registry& registry);

}  // namespace cellblock::kernel
