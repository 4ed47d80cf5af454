#include "rc_pf.hpp"

#include <unistd.h>

#include "applet.hpp"
#include "base/text.hpp"
#include "conf/rcconf.hpp"
#include "pfctl_stack.hpp"
#include "rc_script.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view script = "/etc/rc.d/pf";

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
  return run_script({.name = "pf", .rcvar = "pf_enable", .verbs = {"check", "reload", "resync", "status"}, .free = {"status"}}, verb,
                    [](const conf::RcConf& conf, const std::string& plain) { return Service(conf).run(plain); });
}

}  // namespace cellblock::bsd
