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

extern const Verb add_verb, bsd_verb, doctor_verb, mkroot_verb, network_verb;

/// "usage: cellblock NAME SYNOPSIS" on stderr, and the exit status for that.
int usage(const Verb& verb);

/// What is wrong with a word behind the verb, and then the same. `option` is the only one that the verb takes.
int refuse(const Verb& verb, std::string_view word, std::string_view option);

/// ` (did you mean "doctor"?)`, if one of the words is near; else nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> words);

/// `cellblock --dump=STAGE [FILE]`: a stage of the way from text to running jails, as text on stdout.
Result<int> dump(std::string_view stage, const Words& words);

}  // namespace cellblock
