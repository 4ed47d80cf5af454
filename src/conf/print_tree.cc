#include <fmt/core.h>

#include "conf/print.hpp"

namespace cellblock::conf {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Fewer characters than the grammar has, so that what is printed is plain to people too.
bool is_plain(std::string_view text) {
  if (text.empty() || text.find("//") != text.npos) return false;
  for (char c : text)
    if (!is_letter(c) && !is_digit(c) && std::string_view(".:-/@%").find(c) == std::string_view::npos)
      return false;
  return true;
}

bool is_identifier(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return false;
  for (char c : text)
    if (!is_letter(c) && !is_digit(c)) return false;
  return true;
}

/// Escapes for the inside of double quotes, or with `special` for another place.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (byte < ' ' || byte == 0x7f)
      out += fmt::format("\\{:03o}", byte);
    else if (special.find(c) != special.npos)
      out += {'\\', c};
    else
      out += c;
  }
  return out;
}

std::string reference(std::string_view name) { return fmt::format("${{{}}}", escaped(name, "\\{}\"")); }

std::string lone_reference(std::string_view name) {
  return is_identifier(name) ? fmt::format("${}", name) : reference(name);
}

std::string print_value(const Value& value) {
  if (value.pieces.empty()) return "\"\"";
  if (value.pieces.size() == 1) {
    const Piece& piece = value.pieces.front();
    return piece.variable ? lone_reference(piece.text) : print_word(piece.text);
  }
  std::string out = "\"";
  for (const Piece& piece : value.pieces)
    out += piece.variable ? reference(piece.text) : escaped(piece.text, "\\\"$");
  return out + "\"";
}

/// On one line if it fits, else one value on each line.
std::string print_values(const std::vector<Value>& values, size_t column, const std::string& indent) {
  constexpr size_t width = 100;
  std::string line, lines;
  for (const Value& value : values) {
    std::string text = print_value(value);
    line += line.empty() ? text : ", " + text;
    lines += lines.empty() ? text : ",\n" + indent + "    " + text;
  }
  return column + line.size() < width ? line : lines;
}

class TreePrinter {
 public:
  std::string run(const std::vector<Item>& items) {
    print(items);
    return std::move(out_);
  }

 private:
  void print(const std::vector<Item>& items) {
    for (size_t i = 0; i < items.size(); ++i) {
      const auto* comment = std::get_if<Comment>(&items[i].what);
      if (comment && comment->trailing && !out_.empty()) {
        out_.back() = ' ';  // the line that was ended already
        out_ += fmt::format(" {}\n", comment->text);
        continue;
      }
      if (i > 0 && (items[i].gap || wants_gap(items[i - 1], items[i]))) out_ += '\n';
      out_ += indent_;
      std::visit([this](const auto& what) { one(what); }, items[i].what);
    }
  }

  /// A blank line around blocks; a comment stays at what it stands before.
  static bool wants_gap(const Item& before, const Item& item) {
    const auto* comment = std::get_if<Comment>(&before.what);
    if (std::holds_alternative<JailDecl>(item.what)) return !comment || comment->trailing;
    return std::holds_alternative<JailDecl>(before.what);
  }

  void one(const Comment& comment) { out_ += comment.text + '\n'; }

  void one(const ParamDecl& param) {
    std::string line = param.variable ? lone_reference(param.name.value) : print_name(param.name.value);
    switch (param.assign) {
      case Assign::none:
        break;
      case Assign::set:
        line += " = ";
        break;
      case Assign::append:
        line += " += ";
        break;
      case Assign::plain:
        line += ' ';
        break;
    }
    if (param.assign != Assign::none)
      line += print_values(param.values, indent_.size() + line.size(), indent_);
    out_ += line + ";\n";
  }

  void one(const IncludeDecl& include) {
    out_ += ".include " + print_values(include.patterns, indent_.size(), indent_) + ";\n";
  }

  void one(const JailDecl& jail) {
    out_ += print_name(jail.name.value) + " {";
    if (jail.items.empty()) {
      out_ += " }\n";
      return;
    }
    out_ += '\n';
    indent_ += "    ";
    print(jail.items);
    indent_.resize(indent_.size() - 4);
    out_ += indent_ + "}\n";
  }

  /// A name has to be one token, which a word with a '/' in it is only in quotes.
  static std::string print_name(std::string_view name) {
    if (name == "*") return "*";
    return name.find('/') == name.npos ? print_word(name) : fmt::format("\"{}\"", escaped(name, "\\\"$"));
  }

  std::string out_, indent_;
};

}  // namespace

std::string print_word(std::string_view text) {
  return is_plain(text) ? std::string(text) : fmt::format("\"{}\"", escaped(text, "\\\"$"));
}

std::string print_tree(const Tree& tree) { return TreePrinter().run(tree.items); }

}  // namespace cellblock::conf
