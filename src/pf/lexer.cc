#include "pf/lexer.hpp"

#include <array>
#include <cctype>

namespace cellblock::pf {
namespace {

constexpr size_t max_of_macros = 1'000'000, cost_of_one = 100, max_depth = 32;
constexpr int none = -1;

bool is_in_word(int c) {
  return c != none && std::isgraph(c) && std::string_view("(){}<>!=/#,\"'").find(static_cast<char>(c)) == std::string_view::npos;
}

bool is_in_name(int c) { return c != none && (std::isalnum(c) || c == '_'); }

}  // namespace

Lexer::Lexer(std::string text, const Macros& macros) : macros_(macros) { inputs_.push_back({std::move(text)}); }

int Lexer::peek(size_t ahead) const {
  const Input& input = inputs_.back();
  return input.at + ahead < input.text.size() ? static_cast<unsigned char>(input.text[input.at + ahead]) : none;
}

int Lexer::take() {
  int c = peek();
  if (c != none) ++inputs_.back().at;
  if (c == '\n' && inputs_.size() == 1) ++line_;
  return c;
}

void Lexer::skip_blanks() {
  for (;;) {
    int c = peek();
    if (c == none && inputs_.size() > 1) inputs_.pop_back();
    else if (c == ' ' || c == '\t' || c == '\r') take();
    else if (c == '\\' && peek(1) == '\n') take(), take();
    else if (c == '#') while (peek() != none && peek() != '\n') take();
    else return;
  }
}

Token Lexer::broken(std::string why) {
  error_ = std::move(why);
  return mark("$");
}

Token Lexer::use_macro() {
  take();
  std::string name;
  while (is_in_name(peek())) name += static_cast<char>(take());
  auto found = macros_.find(name);
  if (found == macros_.end()) return broken("macro '" + name + "' not defined");
  used_ += found->second.text.size() + cost_of_one;
  if (used_ > max_of_macros || inputs_.size() > max_depth) return broken("macro '" + name + "' is used too often");
  inputs_.push_back({found->second.text});
  return next();
}

Token Lexer::quoted(char quote) {
  take();
  Token token{TokenKind::quoted, {}, line_};
  for (int c; (c = take()) != quote;) {
    if (c == none) {
      error_ = "syntax error";
      return {TokenKind::mark, "$", token.line};
    }
    if (c == '\\' && (peek() == quote || peek() == ' ' || peek() == '\t')) c = take();
    else if (c == '\\' && peek() == '\n') { take(); continue; }
    token.text += static_cast<char>(c);
  }
  return token;
}

Token Lexer::next() {
  skip_blanks();
  int c = peek();
  if (c == none) return {TokenKind::end, {}, line_};
  if (c == '$') return use_macro();
  if (c == '"' || c == '\'') return quoted(static_cast<char>(c));
  uint32_t line = line_;
  if (c == '\n') {
    take();
    return {TokenKind::newline, {}, line};
  }
  for (std::string_view two : std::array<std::string_view, 6>{"->", "!=", "<=", ">=", "><", "<>"})
    if (c == two[0] && peek(1) == two[1]) {
      take(), take();
      return mark(std::string(two));
    }
  if (!is_in_word(c)) return mark(std::string(1, static_cast<char>(take())));
  Token token{TokenKind::word, {}, line};
  for (;;) {
    while (is_in_word(peek()) && !(peek() == '-' && peek(1) == '>')) token.text += static_cast<char>(take());
    if (peek() != none || inputs_.size() == 1) return token;
    inputs_.pop_back();  // a macro's last word goes on behind it: $if:network
  }
}

}  // namespace cellblock::pf
