#include "expand.hpp"

#include "base/text.hpp"
#include "mdoc.hpp"
#include "words.hpp"

namespace cellblock {
namespace {

constexpr std::string_view rows_mark = "@parameters ", words_mark = "@words ";

Result<std::string> rows(std::string_view group) {
  std::string text = mdoc_rows(group);
  if (text.empty()) return fail(Why::invalid, "no parameters in group {}", group);
  text.pop_back();  // the place's own newline follows
  return text;
}

Result<std::string> words(std::string_view list) {
  auto found = word_list(list);
  if (!found) return fail(Why::invalid, "no list of words {}", list);
  return join(*found, " ");
}

}  // namespace

Result<std::string> expand(std::string_view text) {
  std::string out;
  for (;;) {
    size_t at = text.find('@');
    out += text.substr(0, at);
    if (at == text.npos) return out;
    text.remove_prefix(at);
    size_t end = text.find('@', 1);
    bool is_rows = text.starts_with(rows_mark), is_words = text.starts_with(words_mark);
    if (end == text.npos || !(is_rows || is_words)) {
      out += '@';
      text.remove_prefix(1);
      continue;
    }
    size_t begin = is_rows ? rows_mark.size() : words_mark.size();
    std::string_view name = text.substr(begin, end - begin);
    CB_TRY(std::string filled, is_rows ? rows(name) : words(name));
    out += filled;
    text.remove_prefix(end + 1);
  }
}

}  // namespace cellblock
