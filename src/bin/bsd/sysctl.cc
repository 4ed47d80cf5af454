// sysctl(8).
#include <algorithm>
#include <cerrno>

#include "applet.hpp"
#include "base/text.hpp"
#include "ipfw_switches.hpp"
#include "model/param.hpp"
#include "own_jail.hpp"
#include "sysctl_values.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "sysctl";
constexpr std::string_view params_node = "security.jail.param";

int usage() {
  std::fflush(stdout);
  fmt::print(stderr, "usage: sysctl [-bdeFhiJlNnoqTtVWx] [ -B <bufsize> ] [-f filename] name[=value] ...\n"
                     "       sysctl [-bdeFhJlNnoqTtVWx] [ -B <bufsize> ] -a\n");
  return 1;
}

std::string_view kind_name(const Oid& oid) {
  switch (oid.kind) {
    case OidKind::integer: return "integer";
    case OidKind::text: return "string";
    case OidKind::opaque: return "opaque";
  }
  return "";
}

bool is_integer(std::string_view text) {
  if (text.starts_with("0x")) return text.size() > 2 && text.find_first_not_of("0123456789abcdefABCDEF", 2) == text.npos;
  return parse_int(text).has_value();
}

class Session {
 public:
  Session(const Options& options) : options_(options), values_(own_jail(), {.firewall = firewall_value, .set_firewall = set_firewall_value}) {}

  // "name", "name=value" or "node"; 1 if it failed.
  int word(std::string_view text, std::string_view where) {
    where_ = where;
    size_t end = text.find_first_of("=:");
    std::string name(text.substr(0, end));
    if (const Oid* oid = find_oid(name)) return end == text.npos ? show_line(*oid) : change(*oid, text, text.substr(end + 1));
    if (end == text.npos && show_below(name)) return 0;
    if (options_.has('i')) return 0;
    if (!options_.has('q')) warnx(me, "unknown oid '{}'{}", name, where_);
    return 1;
  }

  int all() {
    for (const Oid& oid : oids()) show_line(oid);
    show_params("");
    return 0;
  }

 private:
  bool show_below(const std::string& node) {
    std::span<const Oid> below = oids_below(node);
    for (const Oid& oid : below) show_line(oid);
    bool shown = params_node == node || params_node.starts_with(node + ".");
    if (shown) show_params("");
    else if (node.starts_with(params_node)) shown = show_params(node.substr(params_node.size() + 1));
    return !below.empty() || shown;
  }

  // The kernel parameters by name; each is there to be asked for its type only.
  bool show_params(std::string_view wanted) {
    bool found = false;
    for (const model::Param& param : model::params()) {
      if (param.side != model::Side::kernel || (!wanted.empty() && param.name != wanted)) continue;
      found = true;
      std::string name = fmt::format("{}.{}", params_node, param.name);
      print(name, options_.has('d') ? std::string(trim(split(param.text, '\n').empty() ? "" : split(param.text, '\n')[0]))
                                    : param.kind == model::Kind::string ? "256" : "0");
    }
    return found;
  }

  void print(std::string_view name, std::string_view value) {
    if (options_.has('N')) fmt::print("{}\n", name);
    else if (options_.has('n')) fmt::print("{}\n", value);
    else fmt::print("{}{}{}\n", name, options_.has('e') ? "=" : ": ", value);
  }

  int show_line(const Oid& oid) {
    if (options_.has('d')) {
      print(oid.name, oid.text);
      return 0;
    }
    if (options_.has('t')) {
      print(oid.name, kind_name(oid));
      return 0;
    }
    if (options_.has('W') && !oid.writable) return 0;
    auto value = values_.get(oid);
    if (value) print(oid.name, *value);
    else if (!options_.has('a') && value.error().why != Why::absent) warnx(me, "{}: {}", oid.name, strerror_of(value.error().sys));
    return value || value.error().why == Why::absent ? 0 : 1;
  }

  int change(const Oid& oid, std::string_view written, std::string_view value) {
    if (!oid.writable) {
      warnx(me, "oid '{}' is read only{}", oid.name, where_);
      return 1;
    }
    if (oid.kind == OidKind::integer && value.empty()) {
      warnx(me, "{}: empty numeric value", written);
      return 1;
    }
    if (oid.kind == OidKind::integer && !is_integer(value)) {
      warnx(me, "invalid integer '{}'{}", value, where_);
      return 1;
    }
    std::string old = values_.get(oid).value_or("");
    if (auto done = values_.set(oid, std::string(value)); !done) {
      warnx(me, "{}{}: {}", written, where_, strerror_of(done.error().sys));
      return 1;
    }
    if (options_.has('q')) return 0;
    print(oid.name, fmt::format("{} -> {}", old, values_.get(oid).value_or("")));
    return 0;
  }

  const Options& options_;
  SysctlValues values_;
  std::string where_;
};

// sysctl.conf(5): one setting per line, '#' begins a comment.
int from_file(Session& session, const std::string& path) {
  FILE* file = std::fopen(path.c_str(), "re");
  if (!file) {
    warnx(me, "{}: {}", path, strerror_of(errno));
    return 1;
  }
  int status = 0;
  char line[4096];
  for (int number = 1; std::fgets(line, sizeof line, file); ++number) {
    std::string_view text(line);
    text = trim(text.substr(0, text.find_first_of("#\n")));
    if (!text.empty()) status |= session.word(text, fmt::format(" at line {}", number));
  }
  std::fclose(file);
  return status;
}

}  // namespace

int sysctl(const Words& words) {
  Options options(words, "AabB:deFf:hiJlNnoqTtVwWXx");
  if (!options.error().empty()) {
    warnx(me, "{}", options.error());
    return usage();
  }
  if (options.has('N') && options.has('n')) return usage();
  Session session(options);
  if (options.has('a') || options.has('A') || options.has('X')) return session.all();
  if (options.rest().empty() && !options.has('f')) return usage();
  int status = 0;
  for (const std::string& file : options.values('f')) status |= from_file(session, file);
  for (const std::string& word : options.rest()) status |= session.word(word, "");
  return status;
}

}  // namespace cellblock::bsd
