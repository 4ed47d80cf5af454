#include "plan/command.hpp"

#include "base/text.hpp"

namespace cellblock::plan {
namespace {

constexpr std::string_view shell_characters = "!\"$&'()*;<>?[\\]`{|}~";
constexpr std::string_view blanks = " \t\f\v\r\n";

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (size_t begin = line.find_first_not_of(blanks); begin != line.npos;) {
    size_t end = line.find_first_of(blanks, begin);
    words.emplace_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(blanks, end);
  }
  return words;
}

}  // namespace

CommandWords split_command(std::string_view line) {
  size_t special = line.find_first_of(shell_characters);
  if (special == line.npos) return {words_of(line), false};
  if (line[special] == '&' && special + 1 == line.size()) return {words_of(line.substr(0, special)), true};
  return {{"/bin/sh", "-c", std::string(line)}, false};
}

std::string show_words(const std::vector<std::string>& words) { return join(words, " "); }

}  // namespace cellblock::plan
