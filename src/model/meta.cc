#include "model/meta.hpp"

namespace cellblock::model {
namespace {

bool has_key(std::string_view line, std::string_view key) {
  return line.size() > key.size() && line[key.size()] == '=' && line.starts_with(key);
}

}  // namespace

std::optional<std::string_view> meta_value(std::string_view text, std::string_view key) {
  std::optional<std::string_view> found;
  for (;;) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (has_key(line, key)) found = line.substr(key.size() + 1);
    if (end == text.npos) return found;
    text.remove_prefix(end + 1);
  }
}

void set_meta_value(std::string& text, std::string_view key, std::string_view value) {
  remove_meta_value(text, key);
  std::string line(key);
  line += '=';
  line += value;
  if (!text.empty()) line += '\n';
  text.insert(0, line);
}

void remove_meta_value(std::string& text, std::string_view key) {
  for (size_t begin = 0; begin < text.size();) {
    size_t end = text.find('\n', begin);
    if (!has_key(std::string_view(text).substr(begin, end - begin), key)) {
      if (end == text.npos) return;
      begin = end + 1;
    } else if (end != text.npos) {
      text.erase(begin, end + 1 - begin);
    } else {
      text.erase(begin == 0 ? 0 : begin - 1);  // the last line goes together with the newline before it
    }
  }
}

}  // namespace cellblock::model
