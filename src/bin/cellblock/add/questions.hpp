// The questions of `cellblock add`: what is asked, what may be answered, and what counts if nothing is.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "add/answers.hpp"
#include "add/dialogue.hpp"
#include "base/error.hpp"

namespace cellblock::add {

struct Question {
  std::string_view key;  ///< --KEY, and KEY=VALUE in a file
  char letter;           ///< -L
  std::string_view prompt;
  std::string Answers::*field;
  /// The answer that an empty line stands for.
  std::string (*standard)(const Answers& before, const Host& host);
  /// The answer in its one spelling, or one line that says what is right.
  Result<std::string> (*check)(const std::string& text, const Answers& before, const Host& host);
  /// Whether it needs asking after the answers before it. nullptr: always.
  bool (*matters)(const Answers& before, const Host& host);
};

/// In the order in which they are asked.
std::span<const Question> questions();

enum class Ask : uint8_t {
  person,   ///< what was not given is asked for
  nobody,   ///< the standard answers are taken
};

/// A given answer that is wrong fails; one that was asked for is asked for again. Why::absent: the input ended.
Result<Answers> collect(const Given& given, const Host& host, Dialogue& dialogue, Ask ask);

/// "OK? (yes/no): " until it is one of them. Why::absent: the input ended.
Result<bool> confirm(Dialogue& dialogue, std::string_view prompt);

/// y, yes, n, no in any case.
Result<std::string> check_yes_no(const std::string& text);

}  // namespace cellblock::add
