// Another program, run and waited for.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cellblock {

struct Run {
  std::vector<std::string> argv;  ///< argv[0] is looked up in PATH
  bool no_input = false;          ///< standard input is /dev/null
  /// Standard output and error together, a line at a time without its newline, as they come. Empty: they go where
  /// the caller's go.
  std::function<void(std::string_view line)> each_line;
  std::string root;  ///< chroot(2) there first
};

/// The exit status, 128 + N for a program that signal N ended. Fails if it could not be run at all.
Result<int> run(const Run& what);

struct Output {
  int status = 0;
  std::string text;  ///< stdout and stderr, as they came
};
Result<Output> run_for_output(std::vector<std::string> argv);

}  // namespace cellblock
