// The command line and the batch file of `cellblock add`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "add/answers.hpp"
#include "base/error.hpp"

namespace cellblock::add {

struct Request {
  Given given;
  bool sure = false;  ///< -y: nothing is asked
  std::string file;   ///< -f: one jail a line
};

/// -L VALUE, -LVALUE, --KEY VALUE, --KEY=VALUE of the questions, -y, -f FILE.
Result<Request> parse_options(const std::vector<std::string>& words);

/// "name=web size=2g address=10.0.0.7"; nothing in it for a blank line or a comment.
Result<Given> parse_batch_line(std::string_view line);

}  // namespace cellblock::add
