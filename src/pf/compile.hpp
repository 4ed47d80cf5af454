// Rules -> nftables.
//
// pf's last match wins, unless a matching rule is `quick`; nftables' first does. Both come to the same if the quick rules
// are asked first, in their order, and then the others from the last to the first: a quick rule that matches decides
// whatever stands around it, and without one it is the last other that decides. So every ruleset has two chains a
// direction. `match` rules decide nothing: they stand among the quick ones.
//
// States are conntrack's, with a label (ct labels, which nothing else here uses, as the connection's mark is others')
// for the way on which a rule made one: as in pf, a packet that passes through needs a state, or a rule, for coming in and
// one for going out. The label names the rule too, so that its counters count what its states let through.
//
// Linux answers a packet (`block return`) before its source address is translated, and not behind. So what goes out is
// asked twice: once where it can be refused, by chains that do nothing else, and then where pf has its rules. What `nat`
// translates is not refused but dropped.
#pragma once

#include <map>
#include <string>

#include "nft/batch.hpp"
#include "pf/match.hpp"
#include "pf/parse.hpp"

namespace cellblock::pf {

inline constexpr std::string_view nft_table = "pf";

/// One ruleset: the main one or an anchor's. Its rules have numbers (counters, labels), the translations apart from the
/// others: what is loaded anew gets new ones, and the rest keeps its own.
struct Kept {
  Ruleset rules;
  uint32_t first = 1;              ///< of the scrubs; the filter rules come behind
  uint32_t first_translation = 0;  ///< 0: behind those

  size_t filters() const { return rules.scrubs.size() + rules.rules.size(); }
  uint32_t id_of_rule(size_t at) const { return first + static_cast<uint32_t>(rules.scrubs.size() + at); }
  uint32_t id_of_translation(size_t at) const {
    return (first_translation ? first_translation : id_of_rule(rules.rules.size())) + static_cast<uint32_t>(at);
  }
  std::vector<uint32_t> ids() const;
};

/// All that a network stack's pf knows.
struct Whole {
  std::map<std::string, Kept> rulesets;  ///< by path; "" is the main one
  bool loaded = false, enabled = false;
  uint64_t since = 0;                    ///< when it was enabled, disabled (seconds)
  uint32_t generation = 0;               ///< nf_tables' when it was read

  const Timeouts& timeouts() const;
  /// The ruleset whose table a name in `anchor` means: its own, or the main one's.
  std::string home_of(const std::string& anchor, const std::string& table) const;
  /// The rulesets that `name` means in the anchor `from`: one, or all that lie directly below one.
  std::vector<std::string> called(const std::string& from, const std::string& name) const;
};

/// A named table, and what the machine says now of an interface's addresses where rules have these in parentheses.
struct WantedTable {
  std::string anchor, name;
  bool filled_by_rules = false;  ///< overload
  bool given = false;            ///< these are its entries; otherwise it keeps what it has
  std::vector<TableEntry> entries;
};
std::vector<WantedTable> tables_of(const Whole& whole, const Machine& machine);

struct Compiled {
  std::vector<std::string> chains, sets;  ///< by name; the sets are those of rules: "#" and their number
  std::vector<std::string> counters;
};
std::string counter_of(uint32_t id, bool in);

/// Adds the chains and their rules to `batch`, in which every table has its sets and no chain a rule.
Result<Compiled> compile(const Whole& whole, const std::vector<WantedTable>& tables, nft::Batch& batch);

}  // namespace cellblock::pf
