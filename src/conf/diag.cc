#include "conf/diag.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

namespace cellblock::conf {
namespace {

bool is_continuation(char c) { return (c & 0xc0) == 0x80; }

uint32_t characters(std::string_view text) {
  return static_cast<uint32_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

/// The part of a line that is shown: all of it, or what surrounds `at` if the line is very long.
struct Window {
  std::string_view text;
  size_t begin = 0;  ///< offset in the file
};

Window window(std::string_view text, size_t at) {
  constexpr size_t before = 60, most = 160;
  size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  size_t end = std::min(text.find('\n', at), text.size());
  if (end > at && text[end - 1] == '\r') --end;
  if (end - begin > most) {
    if (at - begin > before) begin = at - before;
    end = std::min(end, begin + most);
    while (begin < at && is_continuation(text[begin])) ++begin;
    while (end > at && end < text.size() && is_continuation(text[end])) --end;
  }
  return {text.substr(begin, end - begin), begin};
}

/// Terminals act on control characters; a message must not let a file do that.
std::string harmless(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if ((static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7f) c = '?';
  return out;
}

/// Blanks as wide as `text`: tabs stay tabs, so that it lines up under any tab width.
std::string padding(std::string_view text) {
  std::string out;
  for (char c : text)
    if (!is_continuation(c)) out += c == '\t' ? '\t' : ' ';
  return out;
}

std::string excerpt(std::string_view text, const Span& at) {
  Window shown = window(text, at.begin);
  size_t column = at.begin - shown.begin;
  std::string_view marked = shown.text.substr(std::min(column, shown.text.size()));
  marked = marked.substr(0, at.end - std::min(at.end, at.begin));
  return fmt::format("    {}\n    {}{}\n", harmless(shown.text), padding(shown.text.substr(0, column)),
                     std::string(std::max<uint32_t>(characters(marked), 1), '^'));
}

}  // namespace

Position position(std::string_view text, uint32_t offset) {
  std::string_view before = text.substr(0, offset);
  size_t line = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  return {static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1,
          characters(before.substr(line)) + 1};
}

std::string print(const SourceTexts& texts, const Diag& diag, std::string_view program) {
  std::string out = fmt::format("{}: {}\n", program, harmless(diag.what));
  if (!diag.at.known() || diag.at.file >= texts.size()) {
    if (!diag.hint.empty()) out += fmt::format("    {}\n", diag.hint);
    return out;
  }
  const SourceText& source = texts[diag.at.file];
  Span at = diag.at;
  at.begin = std::min<uint32_t>(at.begin, static_cast<uint32_t>(source.text.size()));
  Position where = position(source.text, at.begin);
  const std::string& hint = diag.hint.empty() ? diag.what : diag.hint;
  out += fmt::format("{}:{}:{}: {}\n", source.name, where.line, where.column, harmless(hint));
  return out + excerpt(source.text, at);
}

std::string print(const SourceTexts& texts, const std::vector<Diag>& diags, std::string_view program) {
  std::string out;
  for (const Diag& diag : diags) out += print(texts, diag, program);
  return out;
}

void sort(std::vector<Diag>& diags) {
  std::stable_sort(diags.begin(), diags.end(), [](const Diag& a, const Diag& b) {
    return std::tie(a.at.file, a.at.begin) < std::tie(b.at.file, b.at.begin);
  });
}

}  // namespace cellblock::conf
