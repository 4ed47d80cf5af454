// Where rules ask for the states of connections, and who goes on behind a state's rule.
#pragma once

#include <set>
#include <vector>

#include "ipfw/compile.hpp"

namespace cellblock::ipfw {

/// The rule at which a skipto to that number goes on; behind the last: the default.
size_t place_of(const std::vector<Kept>& rules, uint32_t number);

/// Whether the search ends at the rule, or goes on elsewhere: what does neither goes on behind it.
bool ends_search(const Rule& rule);

/// A check-state asks for the states of that rule.
bool asks_for(const Rule& asking, const Rule& keeping);

/// For each rule from `begin` on whether it asks: a check-state, or where none comes first a rule that keeps states. A
/// packet is asked once for each name of states, whatever ways lead to the rule. At `entries` packets come in that nobody
/// has asked yet.
std::vector<bool> askers(const std::vector<Kept>& rules, size_t begin, const std::set<size_t>& entries);

}  // namespace cellblock::ipfw
