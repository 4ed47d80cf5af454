// Who is asked: a person at a terminal, a script behind a pipe, a test.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cellblock::add {

class Dialogue {
 public:
  virtual ~Dialogue() = default;
  /// Shows the prompt and reads a line, without its newline and the blanks around it. Nothing: the input ended.
  virtual std::optional<std::string> ask(std::string_view prompt) = 0;
  virtual void say(std::string_view text) = 0;
  virtual void complain(std::string_view line) = 0;
};

/// Standard input, output and error.
class Console : public Dialogue {
 public:
  std::optional<std::string> ask(std::string_view prompt) override;
  void say(std::string_view text) override;
  void complain(std::string_view line) override;

 private:
  std::string held_;  ///< read, but behind the last line
};

}  // namespace cellblock::add
