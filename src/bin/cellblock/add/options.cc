#include "add/options.hpp"

#include <algorithm>

#include "add/questions.hpp"
#include "base/text.hpp"

namespace cellblock::add {
namespace {

const Question* by_key(std::string_view key) {
  auto found = std::ranges::find(questions(), key, &Question::key);
  return found == questions().end() ? nullptr : &*found;
}

const Question* by_letter(char letter) {
  auto found = std::ranges::find(questions(), letter, &Question::letter);
  return found == questions().end() ? nullptr : &*found;
}

struct Option {
  std::string key;  ///< of a question; "file", "yes"
  std::string shown, value;
  bool has_value = false;
};

Result<Option> cut(const std::string& word) {
  Option option;
  if (word.starts_with("--")) {
    size_t equals = word.find('=');
    option.shown = word.substr(0, equals);
    option.key = option.shown.substr(2);
    option.has_value = equals != word.npos;
    if (option.has_value) option.value = word.substr(equals + 1);
    if (option.key == "file" || option.key == "yes" || by_key(option.key)) return option;
    return fail(Why::invalid, "unknown option {}", option.shown);
  }
  if (word.size() < 2 || word[0] != '-') return fail(Why::invalid, "{}: no such argument", word);
  option.shown = word.substr(0, 2);
  option.value = word.substr(2);
  option.has_value = !option.value.empty();
  const Question* question = by_letter(word[1]);
  option.key = question ? question->key : word[1] == 'f' ? "file" : word[1] == 'y' ? "yes" : "";
  if (option.key.empty()) return fail(Why::invalid, "unknown option {}", option.shown);
  return option;
}

}  // namespace

Result<Request> parse_options(const std::vector<std::string>& words) {
  Request request;
  for (size_t at = 0; at < words.size(); ++at) {
    CB_TRY(Option option, cut(words[at]));
    if (option.key == "yes") {
      if (option.has_value) return fail(Why::invalid, "{} takes no value", option.shown);
      request.sure = true;
      continue;
    }
    if (!option.has_value) {
      if (at + 1 == words.size()) return fail(Why::invalid, "{} needs a value", option.shown);
      option.value = words[++at];
    }
    if (option.key == "file") request.file = option.value;
    else request.given[option.key] = option.value;
  }
  if (!request.file.empty() && (request.sure || !request.given.empty()))
    return fail(Why::invalid, "-f excludes the other options: the file has the answers");
  return request;
}

Result<Given> parse_batch_line(std::string_view line) {
  Given given;
  for (const std::string& word : split_words(line.substr(0, line.find('#')))) {
    size_t equals = word.find('=');
    std::string key = word.substr(0, equals);
    if (equals == word.npos || !by_key(key))
      return fail(Why::invalid, "{}: not one of name=, size=, address=, interface=, hostname=, source=, boot=", vis(word));
    given[key] = unvis(word.substr(equals + 1));
  }
  return given;
}

}  // namespace cellblock::add
