#include "conf/shell.hpp"

#include <algorithm>

namespace cellblock::conf {
namespace {

// ${a:-${b:-${c ...}}} deeper than this is no configuration.
constexpr int max_depth = 32;

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_char(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_word_end(char c) { return is_blank(c) || c == '\n' || c == ';'; }

}  // namespace

Span ShellReader::since(size_t begin) const {
  return {file_, static_cast<uint32_t>(begin), static_cast<uint32_t>(std::min(at_, text_.size()))};
}

void ShellReader::complain(size_t begin, std::string what) { diags_.push_back({since(begin), std::move(what), {}}); }

void ShellReader::skip_blanks() {
  for (;;) {
    if (!at_end() && is_blank(text_[at_])) ++at_;
    else if (is("\\\n")) at_ += 2;
    else break;
  }
  if (is("#")) at_ = std::min(text_.find('\n', at_), text_.size());
}

bool ShellReader::at_statement_end() const { return at_end() || text_[at_] == '\n' || text_[at_] == ';'; }

void ShellReader::take_statement_end() {
  if (!at_end() && at_statement_end()) ++at_;
}

void ShellReader::skip_line() { at_ = std::min(text_.find('\n', at_), text_.size()); }

std::optional<std::string> ShellReader::take_assignment() {
  size_t begin = at_;
  std::string name = take_name();
  if (name.empty() || !is("=")) {
    at_ = begin;
    return std::nullopt;
  }
  ++at_;
  return name;
}

std::string ShellReader::take_name() {
  size_t begin = at_;
  if (!at_end() && is_name_start(text_[at_]))
    while (!at_end() && is_name_char(text_[at_])) ++at_;
  return std::string(text_.substr(begin, at_ - begin));
}

std::string ShellReader::read_word() {
  std::string out;
  while (!at_end() && !is_word_end(text_[at_])) read_piece(out, 0, false);
  return out;
}

// One character, quotation or variable; inside double quotes if `quoted`.
void ShellReader::read_piece(std::string& out, int depth, bool quoted) {
  char c = text_[at_];
  if (c == '\\') {
    bool escapes = !quoted || (at_ + 1 < text_.size() && std::string_view("$`\"\\\n").contains(text_[at_ + 1]));
    ++at_;
    if (!escapes || at_end()) out += '\\';
    else if (text_[at_++] != '\n') out += text_[at_ - 1];
  } else if (c == '\'' && !quoted) {
    read_single_quoted(out);
  } else if (c == '"' && !quoted) {
    read_double_quoted(out, depth);
  } else if (c == '$') {
    read_variable(out, depth);
  } else if (c == '`') {
    refuse_command(at_);
  } else {
    out += c;
    ++at_;
  }
}

void ShellReader::read_single_quoted(std::string& out) {
  size_t begin = at_++;
  size_t end = text_.find('\'', at_);
  out += text_.substr(at_, end - at_);
  at_ = std::min(end, text_.size() - 1) + 1;
  if (end == text_.npos) complain(begin, "unterminated quoted string");
}

void ShellReader::read_double_quoted(std::string& out, int depth) {
  size_t begin = at_++;
  while (!at_end() && text_[at_] != '"') read_piece(out, depth, true);
  if (at_end()) complain(begin, "unterminated quoted string");
  else ++at_;
}

void ShellReader::read_variable(std::string& out, int depth) {
  size_t begin = at_++;
  if (is("{")) return read_braced(out, depth);
  if (is("(")) return refuse_command(begin);
  std::string name = take_name();
  if (name.empty()) out += '$';
  else out += lookup_(name).value_or("");
}

// ${name}, ${name:-word}, ${name-word}, and := and = alike: nothing here can assign.
void ShellReader::read_braced(std::string& out, int depth) {
  size_t begin = at_ - 1;
  ++at_;
  std::string name = take_name();
  std::optional<std::string> value = lookup_(name);
  bool empty_counts = is(":");
  size_t op = at_ + (empty_counts ? 1 : 0);
  bool has_fallback = op < text_.size() && (text_[op] == '-' || text_[op] == '=');
  if (!name.empty() && has_fallback && depth < max_depth) {
    at_ = op + 1;
    std::string fallback;
    read_fallback(fallback, depth + 1);
    bool missing = !value || (empty_counts && value->empty());
    out += missing ? fallback : *value;
  } else {
    out += value.value_or("");
  }
  if (!name.empty() && is("}")) {
    ++at_;
    return;
  }
  at_ = std::min(text_.find_first_of("}\n", at_), text_.size());
  if (is("}")) ++at_;
  complain(begin, "bad substitution");
}

void ShellReader::read_fallback(std::string& out, int depth) {
  while (!at_end() && text_[at_] != '}') {
    if (text_[at_] == '"') read_double_quoted(out, depth);
    else if (text_[at_] == '\'') read_single_quoted(out);
    else read_piece(out, depth, true);
  }
}

void ShellReader::refuse_command(size_t begin) {
  char close = text_[at_] == '(' ? ')' : '`';
  at_ = std::min(text_.find_first_of(std::string{close, '\n'}, at_ + 1), text_.size());
  if (!at_end() && text_[at_] == close) ++at_;
  complain(begin, "commands are not run here");
}

std::string shell_quote(std::string_view value) {
  std::string out = "\"";
  for (char c : value) {
    if (c == '"' || c == '\\' || c == '`') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string shell_literal(std::string_view text) {
  constexpr std::string_view plain = "_-+./:,@%=^";
  auto is_plain = [&](char c) { return is_name_char(c) || plain.find(c) != plain.npos; };
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') out += "'\\''";
    else out += c;
  }
  return out + "'";
}

bool is_shell_name(std::string_view name) {
  return !name.empty() && is_name_start(name.front()) && std::ranges::all_of(name, is_name_char);
}

}  // namespace cellblock::conf
