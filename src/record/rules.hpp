// What the journal says of a cable's rules in the packet filter: "@nat=true @bridge-nat=em0 @forward=tcp:8080:80;udp:53:53".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "record/journal.hpp"

namespace cellblock::record {

/// Words for the line of a cable, each with a blank before it.
std::string marks_of(const model::CableRules& rules);
/// From the marks' values; what is not there is empty. Nothing: they mean nothing.
std::optional<model::CableRules> parse_rules(const std::string& nat, const std::string& bridge_nat, const std::string& forward);

/// The cables that are gone and of which the packet filter may know.
std::vector<model::CableId> loose_rules(const State& state);

}  // namespace cellblock::record
