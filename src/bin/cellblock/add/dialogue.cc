#include "add/dialogue.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/text.hpp"

namespace cellblock::add {

std::optional<std::string> Console::ask(std::string_view prompt) {
  fmt::print("{}", prompt);
  std::fflush(stdout);
  for (;;) {
    if (size_t end = held_.find('\n'); end != held_.npos) {
      std::string line(trim(std::string_view(held_).substr(0, end)));
      held_.erase(0, end + 1);
      if (!::isatty(0)) fmt::print("\n");  // nobody pressed return here
      return line;
    }
    char buffer[1024];
    ssize_t size = ::read(0, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0 || held_.size() > 65536) break;
    held_.append(buffer, static_cast<size_t>(size));
  }
  // A line that the end of the input cuts off is not an answer: "ye" of "yes" must not pass for one.
  fmt::print("\n");
  return std::nullopt;
}

void Console::say(std::string_view text) {
  fmt::print("{}", text);
  std::fflush(stdout);
}

void Console::complain(std::string_view line) {
  std::fflush(stdout);
  fmt::print(stderr, "cellblock: add: {}\n", line);
}

}  // namespace cellblock::add
