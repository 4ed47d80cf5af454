// How a command string of jail.conf becomes a program's arguments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cellblock::plan {

struct CommandWords {
  std::vector<std::string> argv;  ///< empty: nothing to run
  bool background = false;        ///< a final `&`, the only special character: run apart, not waited for
};

/// Any of !"$&'()*;<>?[\]`{|}~ makes it a line for /bin/sh -c; otherwise it is split on white space and run
/// directly, so that neither builtins nor assignments work in it.
CommandWords split_command(std::string_view line);

/// The words as messages show them, separated by blanks.
std::string show_words(const std::vector<std::string>& words);

}  // namespace cellblock::plan
