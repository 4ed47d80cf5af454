// Tree: a jail.conf(5) as written. Nothing is merged, substituted or checked; every part knows its bytes.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "conf/diag.hpp"

namespace cellblock::conf {

/// A stretch of literal text (escapes decoded, quotes gone) or a reference to a variable or parameter.
struct Piece {
  bool variable = false;
  std::string text;  ///< literal text, or the name that is referred to
  Span at;
};

/// Pieces that touch each other are one string: a" b"$c.
struct Value {
  std::vector<Piece> pieces;
  Span at;
};

enum class Assign : uint8_t {
  none,    ///< persist;
  set,     ///< path = /jails/web;
  append,  ///< exec.start += "sh /etc/rc";
  plain,   ///< path /jails/web;   the same as `set`
};

/// A parameter, or with `variable` the definition of one: $name = value;
struct ParamDecl {
  Located<std::string> name;
  bool variable = false;
  Assign assign = Assign::none;
  std::vector<Value> values;
  Span at;
};

struct Item;

/// NAME { items }. A block within another has its own part of the name only.
struct JailDecl {
  Located<std::string> name;
  std::vector<Item> items;
  Span at;
};

/// One file that an .include brought in.
struct Included {
  uint32_t file = Span::nowhere;
  std::vector<Item> items;
};

/// .include "pattern", ...;
struct IncludeDecl {
  std::vector<Value> patterns;
  std::vector<Included> files;  ///< in the order in which they are read
  Span at;
};

/// A comment between statements, with its # or // or /* */. Comments inside a statement are not kept.
struct Comment {
  std::string text;
  bool trailing = false;  ///< behind a statement, on the same line
  Span at;
};

struct Item {
  std::variant<ParamDecl, JailDecl, IncludeDecl, Comment> what;
  bool gap = false;  ///< a blank line stands before it
};

struct Tree {
  SourceTexts texts;  ///< what the spans refer to; index 0 is the file that was asked for
  std::vector<Item> items;
};

/// Whether two trees say the same, wherever it stands in their files and with whatever blank lines.
bool same(const Tree& a, const Tree& b);

}  // namespace cellblock::conf
