#include "rc_pf.hpp"

#include <unistd.h>

#include <algorithm>

#include "applet.hpp"
#include "base/text.hpp"
#include "conf/rcconf.hpp"
#include "conf/source.hpp"
#include "pfctl_stack.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view script = "/etc/rc.d/pf", rcvar = "pf_enable";

int run_pfctl(Words words, const std::string& flags = "") {
  words.insert(words.begin(), "pfctl");
  std::fflush(stdout);
  for (const std::string& flag : split_words(flags)) words.push_back(flag);
  return pfctl(words);
}

class Service {
 public:
  explicit Service(const conf::RcConf& conf) : rules_(conf.get("pf_rules")), flags_(conf.get("pf_flags")) {
    if (rules_.empty()) rules_ = "/etc/pf.conf";
  }

  int run(const std::string& verb) {
    if (verb == "status") return run_pfctl({"-s", "info"});
    if (verb == "stop") return stop();
    if (::access(rules_.c_str(), R_OK) != 0) {
      fmt::print(stderr, "{}: WARNING: {} is not readable.\n", script, rules_);
      return 1;
    }
    if (verb == "start" || verb == "restart") return start();
    if (verb == "check") return check();
    if (verb == "resync") return run_pfctl({"-f", rules_}, flags_);
    return reload();
  }

 private:
  int stop() {
    if (!enabled()) return 0;
    fmt::print("Disabling pf.\n");
    return run_pfctl({"-q", "-d"});
  }

  /// The rules are there before they count.
  int start() {
    fmt::print("Enabling pf.\n");
    if (int status = run_pfctl({"-q", "-f", rules_}, flags_)) return status;
    return enabled() ? 0 : run_pfctl({"-q", "-e"});
  }

  int check() {
    fmt::print("Checking pf rules.\n");
    return run_pfctl({"-n", "-f", rules_}, flags_);
  }

  int reload() {
    fmt::print("Reloading pf rules.\n");
    if (int status = run_pfctl({"-n", "-f", rules_}, flags_)) return status;
    return run_pfctl({"-q", "-f", rules_}, flags_);
  }

  static bool enabled() { return pf_is_enabled(); }

  std::string rules_, flags_;
};

}  // namespace

int rc_pf(const std::string& verb) {
  conf::DiskSources sources;
  conf::SourceTexts texts;
  conf::RcConf conf = conf::load_rc_conf(sources, texts, "pf");
  fmt::print(stderr, "{}", conf::print(texts, conf.diags(), script));
  std::string plain = verb;
  bool asked = true;
  for (std::string_view prefix : {"one", "force"})
    if (plain.starts_with(prefix)) {
      asked = false;
      plain.erase(0, prefix.size());
      break;
    }
  bool on = conf.enabled(rcvar);
  if (plain == "enabled") return on ? 0 : 1;
  if (plain == "rcvar") {
    fmt::print("# pf\n#\n{}=\"{}\"\n#   (default: \"NO\")\n\n", rcvar, on ? "YES" : "NO");
    return 0;
  }
  constexpr std::string_view verbs[] = {"start", "stop", "restart", "reload", "resync", "check", "status"};
  if (std::find(std::begin(verbs), std::end(verbs), plain) == std::end(verbs)) {
    fmt::print(stderr, "{0}: unknown directive '{1}'.\nUsage: {0} [one|force](start|stop|restart|rcvar|enabled|check|reload|resync|status)\n", script, verb);
    return 1;
  }
  if (asked && !on && plain != "status") {
    fmt::print("Cannot '{0}' pf. Set {1} to YES in /etc/rc.conf or use 'one{0}' instead of '{0}'.\n", plain, rcvar);
    return 0;
  }
  return Service(conf).run(plain);
}

}  // namespace cellblock::bsd
