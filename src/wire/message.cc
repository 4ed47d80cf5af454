#include "wire/message.hpp"

#include <cerrno>

#include "base/text.hpp"

namespace cellblock::wire {
namespace {

/// An empty word would vanish; a lone backslash-e stands for it.
constexpr std::string_view empty_word = "\\e";

std::string encode_word(std::string_view word) { return word.empty() ? std::string(empty_word) : vis(word); }
std::string decode_word(std::string_view word) { return word == empty_word ? std::string() : unvis(word); }

}  // namespace

std::string encode(const SetRequest& request) {
  std::string text = fmt::format("set {} {}", static_cast<int>(request.mode), request.attaching ? 1 : 0);
  for (const model::Setting& setting : request.settings) {
    text += " " + encode_word(setting.name) + fmt::format(" {}", setting.values.size());
    for (const std::string& value : setting.values) text += " " + encode_word(value);
  }
  return text;
}

Result<SetRequest> decode_set(std::string_view text) {
  std::vector<std::string> words = words_of(text);
  auto mode = words.size() > 1 ? parse_int(words[0]) : std::nullopt;
  if (!mode || *mode < 0 || *mode > 2) return sys_fail(EINVAL, "set");
  SetRequest request;
  request.mode = static_cast<model::SetMode>(*mode);
  request.attaching = words[1] == "1";
  for (size_t at = 2; at < words.size();) {
    model::Setting setting{words[at++], {}};
    auto count = at < words.size() ? parse_int(words[at++]) : std::nullopt;
    if (!count || *count < 0 || static_cast<size_t>(*count) > words.size() - at) return sys_fail(EINVAL, "set");
    for (int64_t i = 0; i < *count; ++i) setting.values.push_back(words[at++]);
    request.settings.push_back(std::move(setting));
  }
  return request;
}

std::pair<std::string_view, std::string_view> verb_of(std::string_view message) {
  size_t blank = message.find(' ');
  if (blank == message.npos) return {message, {}};
  return {message.substr(0, blank), message.substr(blank + 1)};
}

std::string encode_error(const Error& error) {
  std::string text = fmt::format("error {} {}", static_cast<int>(error.why), error.sys);
  for (const std::string& link : error.chain) text += " " + encode_word(link);
  return text;
}

Result<std::string_view> decode_answer(std::string_view answer) {
  auto [verb, rest] = verb_of(answer);
  if (verb == "ok") return rest;
  std::vector<std::string> words = words_of(rest);
  if (verb != "error" || words.size() < 2) return fail(Why::failed, "the warden's answer makes no sense");
  Error error;
  error.why = static_cast<Why>(parse_int(words[0]).value_or(0));
  error.sys = static_cast<int>(parse_int(words[1]).value_or(0));
  error.chain.assign(words.begin() + 2, words.end());
  return pass(std::move(error));
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (const std::string& word : split_words(line)) words.push_back(decode_word(word));
  return words;
}

}  // namespace cellblock::wire
