#include "mdoc.hpp"

#include <array>
#include <cctype>

namespace cellblock {
namespace {

using model::Effect;
using model::Kind;
using model::Param;

constexpr std::string_view closing = ".,;:)", fx = "FreeBSD";

/// Collects lines of text and of macros.
class Page {
 public:
  /// Text as it is; begins a line where a macro ended one.
  void text(std::string_view words) {
    for (char c : words) {
      if (c == '\n' || (fresh() && c == ' ')) {
        end_line();
        continue;
      }
      if (fresh() && (c == '.' || c == '\'')) out_ += "\\&";
      out_ += c == '\\' ? std::string("\\e") : std::string(1, c);
    }
  }
  /// A macro on a line of its own. An opening parenthesis before it and punctuation behind it become arguments,
  /// so that no blank comes between.
  void macro(std::string_view name, std::string_view arguments, std::string_view behind) {
    bool opened = !out_.empty() && out_.back() == '(';
    if (opened) out_.pop_back();
    while (!out_.empty() && out_.back() == ' ') out_.pop_back();
    end_line();
    out_ += '.';
    out_ += name;
    if (opened) out_ += " (";
    if (!arguments.empty()) (out_ += ' ') += arguments;
    for (char c : behind) out_ += std::string(" ") + c;
    end_line();
  }
  /// Lines of text are kept within `width`, as mandoc(1) wants them.
  void end_line() {
    if (fresh()) return;
    size_t begin = out_.rfind('\n') + 1;  // of the last line
    while (out_[begin] != '.' && out_.size() - begin > width) {
      size_t blank = out_.rfind(' ', begin + width);
      if (blank == out_.npos || blank <= begin) break;
      out_[blank] = '\n';
      begin = blank + 1;
    }
    out_ += '\n';
  }
  std::string take() {
    end_line();
    return std::move(out_);
  }

 private:
  static constexpr size_t width = 78;

  bool fresh() const { return out_.empty() || out_.back() == '\n'; }
  std::string out_;
};

bool is(int (*kind)(int), char c) { return kind(static_cast<unsigned char>(c)) != 0; }

std::string_view take_closing(std::string_view& text) {
  size_t end = std::min(text.find_first_not_of(closing), text.size());
  std::string_view taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

/// "mount(2)" at the start of `text`: its length, or 0.
size_t reference_at(std::string_view text) {
  size_t end = 0;
  while (end < text.size() && (is(std::isalnum, text[end]) || text[end] == '_' || text[end] == '.')) ++end;
  if (end == 0 || end + 2 >= text.size() || text[end] != '(' || text[end + 2] != ')') return 0;
  return is(std::isdigit, text[end + 1]) ? end + 3 : 0;
}

/// Between literals: sentences and references.
void plain(Page& page, std::string_view text) {
  bool word_starts = true;
  while (!text.empty()) {
    size_t length = word_starts ? reference_at(text) : 0;
    if (length) {
      std::string_view name = text.substr(0, length - 3), section = text.substr(length - 2, 1);
      text.remove_prefix(length);
      page.macro("Xr", std::string(name) + " " + std::string(section), take_closing(text));
      continue;
    }
    if (word_starts && text.starts_with(fx)) {
      text.remove_prefix(fx.size());
      page.macro("Fx", "", take_closing(text));
      continue;
    }
    char c = text.front();
    bool sentence_ends = text.size() > 2 && c == '.' && text[1] == ' ' && is(std::isupper, text[2]);
    page.text(sentence_ends ? ".\n" : std::string_view(text.data(), 1));
    text.remove_prefix(sentence_ends ? 2 : 1);
    word_starts = c == ' ' || c == '(' || sentence_ends;
  }
}

void render(Page& page, std::string_view text) {
  for (;;) {
    size_t begin = text.find('`');
    plain(page, text.substr(0, begin));
    if (begin == text.npos) return;
    text.remove_prefix(begin + 1);
    size_t end = text.find('`');
    std::string_view literal = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    page.macro("Ql", literal, take_closing(text));
  }
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::boolean: return "boolean";
    case Kind::integer: return "integer";
    case Kind::string: return "string";
    case Kind::jailsys: return "new, inherit or disable";
    case Kind::list: return "list";
  }
  return "";
}

std::string_view effect_name(Effect effect) {
  switch (effect) {
    case Effect::full: return "Linux";
    case Effect::partial: return "Linux, in part";
    case Effect::none: return "Linux, no effect";
  }
  return "";
}

std::string properties_of(const Param& param) {
  std::string text(kind_name(param.kind));
  if (param.create_only) text += "; set at creation";
  if (param.read_only) text += "; read-only";
  if (!param.fallback.empty()) text += "; default: " + std::string(param.fallback);
  return text;
}

struct Prefix {
  std::string_view start, group;
};
constexpr Prefix prefixes[] = {
    {"allow.", "allow"},       {"exec.", "exec"},   {"command", "exec"},      {"stop.timeout", "exec"},
    {"depend", "exec"},        {"mount", "mount"},  {"zfs.dataset", "mount"}, {"ip4", "network"},
    {"ip6", "network"},        {"vnet", "network"}, {"net.", "network"}, {"interface", "network"}, {"ip_hostname", "network"},
    {"host", "host"},          {"sysv", "ipc"},     {"linux", "linux"},       {"mac.", "other"},
    {"zfs.mount_snapshot", "other"},
};

}  // namespace

std::string mdoc_text(std::string_view text) {
  Page page;
  render(page, text);
  return page.take();
}

std::string mdoc_row(const Param& param) {
  std::string row = ".It Va " + std::string(param.name) + "\n.Pq " + properties_of(param) + "\n";
  row += mdoc_text(param.text);
  row += ".br\n.Em " + std::string(effect_name(param.effect)) + " :\n";
  return row + mdoc_text(param.on_linux);
}

std::string_view group_of(const Param& param) {
  if (param.since == "cellblock") return "own";
  for (const Prefix& prefix : prefixes)
    if (param.name.starts_with(prefix.start)) return prefix.group;
  return "identity";
}

std::string mdoc_rows(std::string_view group) {
  std::string rows;
  for (const Param& param : model::params())
    if (group_of(param) == group) rows += mdoc_row(param);
  return rows;
}

}  // namespace cellblock
