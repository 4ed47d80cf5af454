// Lexer: jail.conf(5) text -> tokens. The parser's own; everyone else starts at parse.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conf/diag.hpp"
#include "conf/tree.hpp"

namespace cellblock::conf {

enum class TokenKind : uint8_t {
  word,
  variable,
  semicolon,
  comma,
  equals,
  append,
  open,
  close,
  stray,  ///< a byte that begins nothing, such as a letter beyond ASCII without quotes
  end
};

struct Token {
  TokenKind kind = TokenKind::end;
  bool touching = false;  ///< a word or variable that continues the one before it
  bool bare = false;      ///< a word without quotes
  bool broken = false;    ///< not terminated: reported already, what follows from it should not be
  std::string text;       ///< decoded
  Span at;
  uint32_t line = 1;  ///< the line on which the token ends, which is the one that FreeBSD names
};

/// A comment and the index of the token that follows it.
struct LexedComment {
  size_t before = 0;
  Comment comment;
};

struct Lexed {
  std::vector<Token> tokens;  ///< never empty: the last is `end`
  std::vector<LexedComment> comments;
  std::vector<Diag> diags;
};

/// `name` is what the messages call the file, `file` its index in spans.
Lexed lex(std::string_view text, std::string_view name, uint32_t file);

/// Escapes decoded: \a \b \f \n \r \t \v, one to three octal digits, \x and one or two hexadecimal ones,
/// nothing for a backslash and a newline, else the character itself. Ends at the first NUL, as a C string
/// does.
std::string decode(std::string_view text);

}  // namespace cellblock::conf
