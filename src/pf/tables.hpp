// Tables as sets of nftables: one that lists the entries as they were given, and for each family the ranges that come
// of them. A table that rules fill (overload) has sets of hosts besides.
#pragma once

#include <string>
#include <vector>

#include "nft/table.hpp"
#include "pf/rule.hpp"

namespace cellblock::pf {

/// So long do entries stay; how much of it is left tells their age.
inline constexpr uint64_t forever_ms = 10ull * 365 * 24 * 3600 * 1000;

/// An entry and how long it has been there.
struct Listed {
  TableEntry entry;
  uint64_t age_ms = 0;
};

/// `of`: "4", "6" (ranges), "h4", "h6" (hosts), "all" (the list).
std::string set_name(const std::string& anchor, const std::string& table, std::string_view of);
std::vector<nft::Set> sets_of(const std::string& anchor, const std::string& table);
std::vector<nft::Set> host_sets_of(const std::string& anchor, const std::string& table);

/// The ranges of a family that the entries come to: the most specific entry decides. In order, none touches the next.
std::vector<nft::Element> ranges_of(const std::vector<TableEntry>& entries, bool v6);
std::vector<nft::Element> list_of(const std::vector<Listed>& entries);
/// What an element of a list, or of a set of hosts, says.
std::optional<Listed> listed_of(const nft::Element& element);
/// Whether the address is in the table.
bool holds(const std::vector<Listed>& entries, const net::Ip& ip);

}  // namespace cellblock::pf
