// Snapshot: every jail of the host at one moment, ordered by jid. Folded from the record's journal.
#pragma once

#include <map>
#include <string_view>

#include "model/jail.hpp"

namespace cellblock::model {

struct Snapshot {
  std::map<JailId, Jail> jails;
  JailId last_jid = 0;  ///< the jid given last; the next free one above it is taken

  const Jail* find(JailId jid) const;
  /// By whole name as the host sees it.
  const Jail* find(std::string_view name) const;
  /// By a user's word: digits are a jid, anything else a name; both as the jail `viewer` sees them ("" = host).
  const Jail* find_word(std::string_view word, std::string_view viewer) const;
};

}  // namespace cellblock::model
