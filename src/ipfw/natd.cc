#include "ipfw/natd.hpp"

#include <array>

#include "ipfw/words.hpp"

namespace cellblock::ipfw {
namespace {

struct Option {
  std::string_view brief, name;
  size_t least = 0, most = 0;  ///< words behind it; a switch has none, or "yes" or "no"
  std::string_view word{};     ///< what "nat N config" calls it
};

constexpr std::array options{
    Option{"n", "interface", 1, 1}, Option{"a", "alias_address", 1, 1}, Option{"p", "port", 1, 1}, Option{"f", "config", 1, 1},
    Option{"v", "verbose"},
    // As the kernel does it anyway.
    Option{"m", "same_ports"}, Option{"s", "use_sockets"}, Option{"", "dynamic"}, Option{"l", "log"},
    Option{"u", "unregistered_only", 0, 0, "unreg_only"}, Option{"d", "deny_incoming", 0, 0, "deny_in"},
    Option{"", "redirect_port", 3, 4, "redirect_port"}, Option{"", "redirect_address", 2, 2, "redirect_addr"},
    Option{"", "redirect_proto", 2, 4, "redirect_proto"}};

const Option* option_of(std::string_view word) {
  for (const Option& each : options)
    if (word == each.name || (word == each.brief && !word.empty())) return &each;
  return nullptr;
}

class NatdParser {
 public:
  explicit NatdParser(const ReadFile& read) : read_(read) {}

  /// A command line: what begins with '-' is an option, with its arguments behind it.
  Result<> words(std::span<const std::string> words) {
    for (size_t at = 0; at < words.size();) {
      if (!words[at].starts_with('-')) return fail(Why::invalid, "{}: not an option", words[at]);
      size_t end = at + 1;
      while (end < words.size() && !words[end].starts_with('-')) ++end;
      CB_CHECK(one(words[at].substr(1), words.subspan(at + 1, end - at - 1)));
      at = end;
    }
    return {};
  }

  Natd take() { return std::move(out_); }

 private:
  /// A file has one option a line, without its '-'.
  Result<> file(const std::string& path) {
    if (in_file_) return fail(Why::invalid, "config: not within a file");
    in_file_ = true;
    CB_TRY(std::string text, read_(path));
    std::string_view rest = text;
    for (int number = 1; !rest.empty(); ++number) {
      std::string_view line = take_part(rest, '\n');
      std::vector<std::string> words = split_words(line.substr(0, line.find('#')));
      if (!words.empty()) CB_CHECK(one(words[0], std::span(words).subspan(1)), "{}:{}", path, number);
    }
    return {};
  }

  Result<> one(std::string_view name, std::span<const std::string> arguments) {
    const Option* option = option_of(name);
    if (!option) return fail(Why::unsupported, "{}: not supported on this system; the kernel translates in natd's place", name);
    bool is_switch = option->most == 0;
    bool off = is_switch && arguments.size() == 1 && arguments[0] == "no";
    if (is_switch && (off || (arguments.size() == 1 && arguments[0] == "yes"))) arguments = {};
    if (arguments.size() < option->least) return fail(Why::invalid, "{}: missing argument", option->name);
    if (arguments.size() > option->most) return fail(Why::invalid, "{}: bad argument ``{}''", option->name, arguments[option->most]);
    return off ? Result<>() : set(*option, arguments);
  }

  Result<> set(const Option& option, std::span<const std::string> arguments) {
    if (option.name == "verbose") out_.verbose = true;
    if (option.name == "interface") out_.interface = arguments[0];
    if (option.name == "alias_address") out_.address = arguments[0];
    if (option.name == "config") return file(arguments[0]);
    if (option.name == "port") {
      auto port = value_in(divert_ports, arguments[0]);
      if (!port) port = number_in(arguments[0], 1, 65535);
      if (!port) return fail(Why::invalid, "port: bad argument ``{}''", arguments[0]);
      out_.port = *port;
    }
    if (option.word.empty()) return {};
    out_.words.emplace_back(option.word);
    out_.words.insert(out_.words.end(), arguments.begin(), arguments.end());
    return {};
  }

  const ReadFile& read_;
  Natd out_;
  bool in_file_ = false;
};

}  // namespace

Result<Nat> Natd::nat() const {
  if (interface.empty() && address.empty()) return fail(Why::invalid, "aliasing address not given: -interface or -alias_address is needed");
  std::vector<std::string> all;
  if (!interface.empty()) all.insert(all.end(), {"if", interface});
  if (!address.empty()) all.insert(all.end(), {"ip", address});
  all.insert(all.end(), words.begin(), words.end());
  CB_TRY(Nat out, parse_nat(port, all));
  out.diverted = true;
  return out;
}

Result<Natd> parse_natd(std::span<const std::string> words, const ReadFile& read) {
  NatdParser parser(read);
  CB_CHECK(parser.words(words));
  return parser.take();
}

}  // namespace cellblock::ipfw
