#include "view/jls_request.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

namespace cellblock::view {
namespace {

using model::Kind;
using model::Param;
using model::Side;

// By way of libxo's xo_errx(3) the usage begins with the program's name.
constexpr std::string_view usage =
    "jls: usage: jls [--libxo OPTIONS] [-adhNnqsv] [-j jail] [param ...]\n"
    "       jls -c [-ad] -j jail\n";

class Parser {
 public:
  explicit Parser(XoScan& scan) { request_.xo = scan.options; }

  std::variant<JlsRequest, Answer> parse(std::span<const std::string> arguments) {
    size_t at = 0;
    for (; at < arguments.size() && arguments[at].size() > 1 && arguments[at][0] == '-'; ++at) {
      if (arguments[at] == "--") {
        ++at;
        break;
      }
      if (auto answer = cluster(arguments, at)) return *answer;
    }
    arguments = arguments.subspan(at);
    if (request_.check) return check(arguments);
    if (arguments.empty()) choose_shape();
    for (const std::string& name : arguments)
      if (auto answer = add(name)) return *answer;
    return std::move(request_);
  }

  /// What xo_errx(3) does: the message, and the end of a document in which nothing is.
  Answer refuse(std::string message) {
    Answer answer{"", std::move(message), 1};
    if (request_.xo.style != XoStyle::text) Xo(request_.xo, answer.out).finish();
    return answer;
  }

 private:
  /// "-nq", "-jweb", "-j web": moves `at` to the last argument used.
  std::optional<Answer> cluster(std::span<const std::string> arguments, size_t& at) {
    const std::string& letters = arguments[at];
    for (size_t i = 1; i < letters.size(); ++i) {
      char letter = letters[i];
      if (letter == 'j') {
        if (i + 1 < letters.size())
          request_.jail = letters.substr(i + 1);
        else if (at + 1 < arguments.size())
          request_.jail = arguments[++at];
        else
          return refuse(fmt::format("jls: option requires an argument -- j\n{}", usage));
        request_.one_jail = true;
        return std::nullopt;
      }
      if (!set(letter)) return refuse(fmt::format("jls: illegal option -- {}\n{}", letter, usage));
    }
    return std::nullopt;
  }

  /// Later flags take back earlier ones that they cannot go with.
  bool set(char letter) {
    JlsRequest& r = request_;
    switch (letter) {
      case 'a':
      case 'd':
        r.dying = true;
        return true;
      case 'c':
        r.check = true;
        return true;
      case 'h':
        r.feedable = verbose_ = false;
        r.header = true;
        break;
      case 'N':
        r.with_names = true;
        break;
      case 'n':
        verbose_ = false;
        r.named = true;
        break;
      case 'q':
        r.quoted = true;
        break;
      case 's':
        r.header = verbose_ = false;
        r.named = r.quoted = r.feedable = true;
        break;
      case 'v':
        r.header = r.named = r.feedable = false;
        verbose_ = true;
        break;
      default:
        return false;
    }
    prints_ = true;
    return true;
  }

  std::variant<JlsRequest, Answer> check(std::span<const std::string> arguments) {
    if (prints_ || !arguments.empty()) return refuse(std::string(usage));
    if (!request_.one_jail) return refuse("jls: -j jail to check must be provided for -c\n");
    return std::move(request_);
  }

  void choose_shape() {
    if (request_.header || request_.named)
      add_all();
    else
      request_.shape = verbose_ ? JlsShape::verbose : JlsShape::table;
  }

  std::optional<Answer> add(const std::string& name) {
    if (name == "all") {
      add_all();
      return std::nullopt;
    }
    auto found = model::find_param(name);
    if (!found || found->param->side != Side::kernel)
      return refuse(fmt::format("jls: unknown parameter: {}\n", name));
    add({name, found->param, found->negated, std::string(found->key), governor_of(name)});
    return std::nullopt;
  }

  void add_all() {
    for (const Param& param : model::params())
      if (param.side == Side::kernel)
        add({std::string(param.name), &param, false, "", governor_of(param.name)});
  }

  /// A parameter that is named again is shown once.
  void add(JlsColumn column) {
    if (std::ranges::find(request_.columns, column.name, &JlsColumn::name) == request_.columns.end())
      request_.columns.push_back(std::move(column));
  }

  /// `host` for host.hostname, and so on. Cellblock's own linux.* have nothing to do with the Linuxulator's
  /// linux.
  static const Param* governor_of(std::string_view name) {
    size_t dot = name.rfind('.');  // mac.do has mac.do.rules
    if (dot == name.npos) return nullptr;
    auto own = model::find_param(name);
    auto whole = model::find_param(name.substr(0, dot));
    bool governs = whole && !whole->negated && whole->param->kind == Kind::jailsys;
    return governs && own && own->param->since != "cellblock" ? whole->param : nullptr;
  }

  JlsRequest request_;
  bool verbose_ = false, prints_ = false;
};

}  // namespace

std::variant<JlsRequest, Answer> parse_jls(std::span<const std::string> arguments,
                                           std::string_view environment) {
  if (!arguments.empty() && arguments[0] == "--help") return Answer{std::string(usage.substr(5)), "", 0};
  XoScan scan = scan_xo_options(arguments, environment);
  std::string warnings;
  for (const std::string& warning : scan.warnings) warnings += fmt::format("jls: {}\n", warning);
  if (scan.failed) return Answer{"", warnings, 1};
  if (scan.check) return Answer{"", warnings, xo_check_status};
  auto parsed = Parser(scan).parse(scan.rest);
  if (auto* answer = std::get_if<Answer>(&parsed))
    answer->err.insert(0, warnings);
  else
    std::get<JlsRequest>(parsed).warnings = warnings;
  return parsed;
}

}  // namespace cellblock::view
