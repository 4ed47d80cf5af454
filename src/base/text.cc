#include "base/text.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

namespace cellblock {
namespace {

constexpr std::string_view blanks = " \t\r\n";

bool is_octal(char c) { return c >= '0' && c <= '7'; }

/// Decodes the escape that starts behind a backslash at text[at]; moves `at` past it.
char decode_escape(std::string_view text, size_t& at) {
  char c = text[at];
  if (is_octal(c)) {
    int value = 0;
    for (int digits = 0; digits < 3 && at < text.size() && is_octal(text[at]); ++digits)
      value = value * 8 + (text[at++] - '0');
    return static_cast<char>(value);
  }
  ++at;
  switch (c) {
    case 's': return ' ';
    case 't': return '\t';
    case 'n': return '\n';
    case 'r': return '\r';
    default: return c;
  }
}

}  // namespace

std::string_view take_part(std::string_view& rest, char separator) {
  std::string_view part = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return part;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  for (;;) {
    size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  for (;;) {
    size_t begin = text.find_first_not_of(blanks);
    if (begin == text.npos) return words;
    text.remove_prefix(begin);
    size_t end = text.find_first_of(blanks);
    words.emplace_back(text.substr(0, end));
    if (end == text.npos) return words;
    text.remove_prefix(end);
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) out += separator;
    out += part;
  }
  return out;
}

std::string_view trim(std::string_view text) {
  size_t begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::optional<int64_t> parse_int(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string vis(std::string_view text) {
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte < 0x7f && c != '\\' && c != '#')
      out += c;
    else
      out += {'\\', static_cast<char>('0' + (byte >> 6)), static_cast<char>('0' + ((byte >> 3) & 7)),
              static_cast<char>('0' + (byte & 7))};
  }
  return out;
}

std::string unvis(std::string_view text) {
  if (text.find('\\') == text.npos) return std::string(text);
  std::string out;
  for (size_t at = 0; at < text.size();) {
    char c = text[at++];
    out += c == '\\' && at < text.size() ? decode_escape(text, at) : c;
  }
  return out;
}

bool glob_match(std::string_view pattern, std::string_view text) {
  return ::fnmatch(std::string(pattern).c_str(), std::string(text).c_str(), 0) == 0;
}

size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      size_t best = std::min({diagonal + (a[i] != b[j]), row[j] + 1, row[j + 1] + 1});
      diagonal = std::exchange(row[j + 1], best);
    }
  }
  return row.back();
}

}  // namespace cellblock
