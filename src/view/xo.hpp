// Structured output the way FreeBSD's libxo writes it: JSON and XML, byte for byte, and its --libxo options.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cellblock::view {

enum class XoStyle : uint8_t { text, xml, json, html };

struct XoOptions {
  XoStyle style = XoStyle::text;
  bool pretty = false;
  bool underscores = false;  ///< '-' in JSON names becomes '_'
  bool no_top = false;       ///< no outermost braces (JSON)
  bool not_first = false;    ///< begin with a comma, to continue an enclosing list (JSON)
  int indent = 2;
  int version = 2;  ///< of the program's data; "version=3" is our own option
};

/// A command line without its --libxo options.
struct XoScan {
  XoOptions options;
  std::vector<std::string> rest;
  std::vector<std::string> warnings;  ///< for standard error, without the program's name
  bool failed = false;                ///< the last warning says why; nothing else is to be done
  bool check = false;                 ///< --libxo-check: exit with xo_check_status at once
};

inline constexpr int xo_check_status = 121;

/// `--libxo OPTIONS`, `--libxo=OPTIONS`, `--libxo:LETTERS`, wherever they stand, and before them those of the
/// variable LIBXO_OPTIONS. What only concerns HTML, colours or buffering is accepted and has no effect.
XoScan scan_xo_options(std::span<const std::string> arguments, std::string_view environment);

/// Writes JSON or XML into a string. Every open has its close; finish() closes what is left.
class Xo {
 public:
  Xo(const XoOptions& options, std::string& out);

  void open_container(std::string_view name) { open(name, Frame::container); }
  void open_list(std::string_view name) { open(name, Frame::list); }
  void open_instance(std::string_view name) { open(name, Frame::instance); }
  void close();

  void string(std::string_view name, std::string_view value) { field(name, value, true); }
  /// A number, true or false.
  void literal(std::string_view name, std::string_view value) { field(name, value, false); }
  /// An element of the list that is open.
  void item(std::string_view value);

  void finish();

 private:
  struct Frame {
    enum Kind : uint8_t { top, container, list, instance } kind;
    std::string name;
    bool not_first = false;
  };

  bool json() const { return options_.style == XoStyle::json; }
  void open(std::string_view name, Frame::Kind kind);
  void open_top();
  void separate(std::string_view compact);
  void field(std::string_view name, std::string_view value, bool quoted);
  void line() {
    if (options_.pretty) out_ += '\n';
  }
  void indent();
  void escape(std::string_view text);
  void json_name(std::string_view name);

  XoOptions options_;
  std::string& out_;
  std::vector<Frame> frames_;
  int depth_ = 0;  ///< of indentation
  bool top_open_ = false, made_output_ = false;
};

}  // namespace cellblock::view
