// What the administrator wants: jails as jail.conf or the command line describe them, merged and substituted.
// conf makes it, plan and apply consume it.
#pragma once

#include <string>
#include <vector>

#include "model/param.hpp"

namespace cellblock::model {

/// One jail to start, change or stop.
struct Wanted {
  std::string name;      ///< the block's name; empty for a jail described on the command line
  bool configured = false;  ///< from a file: messages then carry the name
  /// One entry per parameter in the order in which it was first mentioned: name/jid, then wildcards and the
  /// block in file order; `nox` and `x` share one entry. Variables are substituted and gone.
  std::vector<Setting> settings;
  /// What is wrong with this jail alone (an unknown variable, a loop, a bad value), ready to print behind
  /// "jail: ". A jail with problems fails; the others go on.
  std::vector<std::string> problems;

  const Setting* find(std::string_view parameter) const {
    for (const Setting& setting : settings)
      if (setting.name == parameter) return &setting;
    return nullptr;
  }
};

}  // namespace cellblock::model
