// Where text came from, and what is wrong with it.
//
// Every reader of this folder (jail.conf, rc.conf, fstab ...) gives back all errors of a run as a list of
// Diag. A span holds offsets only; lines and columns are computed when something is printed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cellblock::conf {

/// Bytes [begin, end) of the file with this index. A span without a file belongs to no text (a command line).
struct Span {
  static constexpr uint32_t nowhere = UINT32_MAX;
  uint32_t file = nowhere;
  uint32_t begin = 0, end = 0;

  bool known() const { return file != nowhere; }
  friend bool operator==(const Span&, const Span&) = default;
};

/// From the start of `first` to the end of `last`, which stand in one file.
inline Span cover(const Span& first, const Span& last) { return {first.file, first.begin, last.end}; }

template <class T>
struct Located {
  T value{};
  Span at;
};

/// One file as it was read. Spans index the vector that holds it.
struct SourceText {
  std::string name;  ///< as messages name it: the path as given, "STDIN" for standard input
  std::string text;
};
using SourceTexts = std::vector<SourceText>;

/// One error. `what` is FreeBSD's own text wherever FreeBSD has one, without the program's name
/// ("jail.conf line 3: }: syntax error"); scripts match it. `hint` says what would be right.
struct Diag {
  Span at;
  std::string what, hint;
};

/// Both from 1. A column counts characters (UTF-8), a tab is one.
struct Position {
  uint32_t line = 1, column = 1;
};
Position position(std::string_view text, uint32_t offset);

/// The error as a program prints it to stderr, every line ended by '\n'. FreeBSD's line comes first:
///
///     jail: /etc/jail.conf line 3: }: syntax error
///     /etc/jail.conf:3:1: a ';' is missing behind "path = /jails/web"
///         }
///         ^
///
/// Without a known span it is the first line, and the hint indented below it if there is one.
std::string print(const SourceTexts& texts, const Diag& diag, std::string_view program);
std::string print(const SourceTexts& texts, const std::vector<Diag>& diags, std::string_view program);

/// By file, then by place; equal places keep their order.
void sort(std::vector<Diag>& diags);

}  // namespace cellblock::conf
