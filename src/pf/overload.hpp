// States that `overload ... flush` has ended. The rules' chains pass them over while their source is noted; who changes
// what is noted takes them away for good before, or they would go on.
#pragma once

#include "pf/compile.hpp"
#include "pf/tables.hpp"
#include "sys/netlink.hpp"

namespace cellblock::pf {

/// A table in which rules note a source whose states end: those of one rule (its number), or (0) all.
struct Flushing {
  std::string anchor, table;
  uint32_t rule = 0;
  friend bool operator==(const Flushing&, const Flushing&) = default;
};
std::vector<Flushing> flushing_of(const Whole& whole);

/// Ends what the rules that the kernel has have ended.
Result<> end_overloaded(sys::netlink::Socket& socket);

/// Of the elements of a set of hosts those that aren't among the entries (in order).
std::vector<nft::Element> missing_from(const std::vector<TableEntry>& entries, const std::vector<nft::Element>& hosts);

}  // namespace cellblock::pf
