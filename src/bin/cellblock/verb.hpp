// One verb of the cellblock command.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cellblock {

using Words = std::vector<std::string>;

struct Verb {
  std::string_view name;
  std::string_view synopsis;  ///< what follows the name: "[COMMAND [ARGUMENT...]]"
  std::string_view summary;   ///< one line, for the list of verbs
  std::string_view text;      ///< for `cellblock help VERB`
  /// The words behind the verb. Returns the program's exit status; an error is printed and makes it 1.
  Result<int> (*run)(const Words& words);
};

extern const Verb add_verb, bsd_verb, doctor_verb, mkroot_verb;

/// "usage: cellblock NAME SYNOPSIS" on stderr, and the exit status for that.
int usage(const Verb& verb);

/// `cellblock --dump=STAGE [FILE]`: a stage of the way from text to running jails, as text on stdout.
Result<int> dump(std::string_view stage, const Words& words);

}  // namespace cellblock
