#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/text.hpp"
#include "view/xo.hpp"

namespace cellblock::view {
namespace {

// Known to libxo, and without effect here: on HTML, colours, buffering, or on what jls does not use.
constexpr std::string_view ignored[] = {
    "color",        "columns",   "debug",     "dtrt",        "flush",      "flush-line",
    "ignore-close", "info",      "keys",      "log-gettext", "log-syslog", "no-color",
    "no-humanize",  "no-locale", "no-retain", "retain",      "units",      "utf8",
    "warn",         "warn-xml",  "xpath",     "colors",      "map",        "map-file"};
constexpr std::string_view unsupported[] = {"encoder", "filter", "sdparams"};

constexpr int widest_indent = 1000;

bool listed(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// atoi(3), within reason.
int number_of(std::string_view text) {
  size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  auto number = parse_int(text.substr(0, std::min<size_t>(digits, 9)));
  return static_cast<int>(std::min<int64_t>(number.value_or(0), widest_indent));
}

class Scanner {
 public:
  XoScan scan;

  void words(std::string_view text) {
    bool styled = false;
    for (const std::string& word : split(text, ',')) {
      if (!word.empty()) this->word(word, styled);
    }
  }

  void letters(std::string_view text) {
    for (size_t at = 0; at < text.size(); ++at) {
      switch (text[at]) {
        case 'H':
          scan.options.style = XoStyle::html;
          break;
        case 'J':
          scan.options.style = XoStyle::json;
          break;
        case 'T':
          scan.options.style = XoStyle::text;
          break;
        case 'X':
          scan.options.style = XoStyle::xml;
          break;
        case 'P':
          scan.options.pretty = true;
          break;
        case 'u':
          scan.options.underscores = true;
          break;
        case 'i':
          if (size_t size = std::min(text.find_first_not_of("0123456789", at + 1), text.size()) - at - 1;
              size > 0) {
            scan.options.indent = number_of(text.substr(at + 1, size));
            at += size;
          }
          break;
        default:
          if (std::string_view("cfFgIknUWx").find(text[at]) == std::string_view::npos)
            warn(fmt::format("unknown option: '{}'", text.substr(at)));
      }
    }
  }

  void words_or_letters(std::string_view text) {
    if (text.starts_with(':'))
      letters(text.substr(1));
    else
      words(text);
  }

  void warn(std::string text) { scan.warnings.push_back(std::move(text)); }
  void refuse(std::string text) {
    warn(std::move(text));
    scan.failed = true;
  }

 private:
  void word(std::string_view word, bool& styled) {
    size_t end = std::min(word.find_first_of("=:"), word.size());
    std::string_view name = word.substr(0, end);
    std::string_view value = end < word.size() ? word.substr(end + 1) : "";
    if (auto style = style_of(name)) {
      if (styled) return warn(fmt::format("ignoring multiple styles: '{}'", name));
      styled = true;
      if (*style != XoStyle::text) scan.options.style = *style;  // "text" does not undo an earlier choice
    } else if (!set(name, value)) {
      if (word.starts_with('@') || listed(unsupported, name))
        refuse(fmt::format("libxo option '{}' is not supported", word));
      else if (!listed(ignored, name))
        refuse(fmt::format("unknown libxo option value: '{}'", name));
    }
  }

  static std::optional<XoStyle> style_of(std::string_view name) {
    if (name == "text") return XoStyle::text;
    if (name == "xml") return XoStyle::xml;
    if (name == "json") return XoStyle::json;
    if (name == "html") return XoStyle::html;
    return std::nullopt;
  }

  bool set(std::string_view name, std::string_view value) {
    XoOptions& options = scan.options;
    if (name == "pretty") return options.pretty = true;
    if (name == "underscores") return options.underscores = true;
    if (name == "no-top") return options.no_top = true;
    if (name == "not-first") return options.not_first = true;
    if (name == "indent") {
      options.indent = number_of(value);
      return true;
    }
    if (name == "version" && (value == "2" || value == "3")) {
      options.version = value == "2" ? 2 : 3;
      return true;
    }
    return false;
  }
};

constexpr std::string_view option = "--libxo";

/// Takes the option at arguments[at]; returns how many arguments it is made of.
size_t take(Scanner& scanner, std::span<const std::string> arguments, size_t at) {
  std::string_view tail = std::string_view(arguments[at]).substr(option.size());
  if (tail.empty()) {
    if (at + 1 == arguments.size())
      scanner.refuse("missing libxo option");
    else
      scanner.words_or_letters(arguments[at + 1]);
    return 2;
  }
  if (tail.starts_with(':'))
    scanner.letters(tail.substr(1));
  else if (tail.starts_with('='))
    scanner.words_or_letters(tail.substr(1));
  else if (tail == "-check")
    scanner.scan.check = true;
  else
    scanner.refuse(fmt::format("unknown libxo option: '{}'", arguments[at]));
  return 1;
}

}  // namespace

XoScan scan_xo_options(std::span<const std::string> arguments, std::string_view environment) {
  Scanner scanner;
  scanner.words_or_letters(environment);
  scanner.scan.failed = false;  // the environment's faults are told, not punished
  for (size_t at = 0; at < arguments.size() && !scanner.scan.failed && !scanner.scan.check;) {
    if (arguments[at].starts_with(option))
      at += take(scanner, arguments, at);
    else
      scanner.scan.rest.push_back(arguments[at++]);
  }
  if (scanner.scan.options.style == XoStyle::html && !scanner.scan.failed)
    scanner.refuse("libxo option 'html' is not supported");
  return std::move(scanner.scan);
}

}  // namespace cellblock::view
