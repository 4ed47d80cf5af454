// Rules as pfctl(8) prints them.
#pragma once

#include <string>

#include "pf/rule.hpp"

namespace cellblock::pf {

std::string text_of(const Rule& rule);
std::string text_of(const TableEntry& entry);
/// With its entries: what `pfctl -nv` says.
std::string text_of(const Table& table);
/// Line by line, as pf.conf(5) reads it again.
std::string text_of(const Ruleset& rules);

}  // namespace cellblock::pf
