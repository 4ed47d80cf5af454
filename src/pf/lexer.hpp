// Lexer of pf.conf(5): text with macros -> tokens, one at a time, since a macro's text is read as if it stood where it
// is used.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cellblock::pf {

enum class TokenKind : uint8_t { word, quoted, mark, newline, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;
  uint32_t line = 1;  ///< of the file, for what a macro says the line that uses it

  bool is(std::string_view mark) const { return kind == TokenKind::mark && text == mark; }
  bool is_word(std::string_view word) const { return kind == TokenKind::word && text == word; }
  bool is_text() const { return kind == TokenKind::word || kind == TokenKind::quoted; }
};

struct Macro {
  std::string text;
  bool given = false;  ///< by pfctl -D: a file doesn't define it anew
};
/// By name, shared by a file and what it includes.
using Macros = std::map<std::string, Macro, std::less<>>;

class Lexer {
 public:
  Lexer(std::string text, const Macros& macros);

  /// A token of kind `mark` and text "$" stands for what is no token: error() says why.
  Token next();
  const std::string& error() const { return error_; }

 private:
  struct Input {
    std::string text;
    size_t at = 0;
  };
  int peek(size_t ahead = 0) const;
  int take();
  void skip_blanks();
  Token use_macro();
  Token quoted(char quote);
  Token mark(std::string text) const { return {TokenKind::mark, std::move(text), line_}; }
  Token broken(std::string why);

  std::vector<Input> inputs_;  ///< the file and the macros in it that are being read
  const Macros& macros_;
  uint32_t line_ = 1;
  size_t used_ = 0;  ///< characters of macros so far: one that doubles itself ends there
  std::string error_;
};

}  // namespace cellblock::pf
