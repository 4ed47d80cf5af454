// Tree -> what is wanted: wildcards merged, names given, variables substituted.
#pragma once

#include <string_view>
#include <vector>

#include "conf/diag.hpp"
#include "conf/tree.hpp"
#include "model/wanted.hpp"

namespace cellblock::conf {

/// Where a setting was written last (its name there), and where each of its values was. What a block's name
/// implies was not written anywhere.
struct Origin {
  Span at;
  std::vector<Span> values;
};

struct Resolved {
  /// Every jail that is no wildcard, in file order. Two blocks of one name are two jails.
  std::vector<model::Wanted> jails;
  /// origins[i][k] belongs to jails[i].settings[k].
  std::vector<std::vector<Origin>> origins;
  /// All problems of all jails in the order of the jails, each also in the jail's own `problems`. jail(8)
  /// prints them as soon as the file is read, also for jails that it does not touch; `jail -e` still exits
  /// with 0.
  std::vector<Diag> diags;
};

Resolved resolve(const Tree& tree);

/// Whether a component of the name is `*`.
bool is_wildcard(std::string_view name);
/// `*` as the last component matches one or more components, elsewhere exactly one.
bool wildcard_match(std::string_view wildcard, std::string_view name);

/// Whether two names share one slot: equal, but for a "no" before a component.
bool same_slot(std::string_view a, std::string_view b);

}  // namespace cellblock::conf
