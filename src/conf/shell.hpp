// The words of a shell's language, as rc.conf(5) and devfs.rules(5) use it: quotes, escapes, comments and
// variables. Commands are never run: what would need one is reported.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conf/diag.hpp"

namespace cellblock::conf {

/// The value of a variable; nothing if it is not set.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Reads one text from front to back.
class ShellReader {
 public:
  ShellReader(std::string_view text, uint32_t file, const Lookup& lookup)
      : text_(text), file_(file), lookup_(lookup) {}

  /// Moves past blanks, joined lines and a comment; stops at the end of the line.
  void skip_blanks();
  bool at_end() const { return at_ >= text_.size(); }
  /// Whether a newline, ';' or the end of the text comes next.
  bool at_statement_end() const;
  /// Moves past one newline or ';'.
  void take_statement_end();
  /// Moves past a line that is no use, whatever is in it.
  void skip_line();

  /// NAME and the '=' behind it, or nothing and no move.
  std::optional<std::string> take_assignment();

  /// One word, quotes removed and variables replaced by their values, which are not split. Empty if none is
  /// here. What is wrong goes to diags().
  std::string read_word();

  size_t offset() const { return at_; }
  Span since(size_t begin) const;
  std::vector<Diag>& diags() { return diags_; }

 private:
  bool is(std::string_view ahead) const { return text_.substr(at_).starts_with(ahead); }
  void read_single_quoted(std::string& out);
  void read_double_quoted(std::string& out, int depth);
  void read_variable(std::string& out, int depth);
  void read_braced(std::string& out, int depth);
  void read_fallback(std::string& out, int depth);
  void read_piece(std::string& out, int depth, bool quoted);
  void refuse_command(size_t begin);
  std::string take_name();
  void complain(size_t begin, std::string what);

  std::string_view text_;
  uint32_t file_;
  const Lookup& lookup_;
  size_t at_ = 0;
  std::vector<Diag> diags_;
};

/// `value` in double quotes such that a shell reads it back, the way sysrc(8) writes: "$" stays what it is, so
/// that "$jail_list web" goes on referring.
std::string shell_quote(std::string_view value);

/// One word of a shell that means exactly this text; quoted only where it has to be.
std::string shell_literal(std::string_view text);

bool is_shell_name(std::string_view name);

}  // namespace cellblock::conf
