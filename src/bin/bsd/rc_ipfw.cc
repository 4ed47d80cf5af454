#include "rc_ipfw.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "applet.hpp"
#include "conf/source.hpp"
#include "rc_firewall.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view script = "/etc/rc.d/ipfw", rcvar = "firewall_enable";

int complain(std::string_view text) {
  std::fflush(stdout);
  fmt::print(stderr, "{}: ERROR: {}\n", script, text);
  return 1;
}

bool has_ip6() { return ::access("/proc/sys/net/ipv6", F_OK) == 0; }

/// gateway_enable and ipv6_gateway_enable.
Result<> forward(const conf::RcConf& conf) {
  if (conf.enabled("gateway_enable")) CB_CHECK(sys::write_at(AT_FDCWD, "/proc/sys/net/ipv4/ip_forward", "1"));
  if (conf.enabled("ipv6_gateway_enable")) CB_CHECK(sys::write_at(AT_FDCWD, "/proc/sys/net/ipv6/conf/all/forwarding", "1"));
  return {};
}

int run_ipfw(Words words) {
  words.insert(words.begin(), {"ipfw", "-q"});
  return ipfw(words);
}

int start(const conf::RcConf& conf) {
  auto commands = firewall_commands(conf, has_ip6());
  if (!commands) return complain(commands.error().text());
  if (auto forwarding = forward(conf); !forwarding) return complain(forwarding.error().text());
  for (const Words& words : *commands)
    if (run_ipfw(words) != 0) return complain("the rules are not complete");
  fmt::print("Firewall rules loaded.\n");
  return 0;
}

int stop() { return run_ipfw({"-f", "flush"}); }

}  // namespace

int rc_ipfw(const std::string& verb) {
  conf::DiskSources sources;
  conf::SourceTexts texts;
  conf::RcConf conf = conf::load_rc_conf(sources, texts, "ipfw");
  fmt::print(stderr, "{}", conf::print(texts, conf.diags(), script));
  std::string plain = verb;
  bool asked = true;
  for (std::string_view prefix : {"one", "force"})
    if (plain.starts_with(prefix)) {
      asked = false;
      plain.erase(0, prefix.size());
      break;
    }
  bool on = conf.enabled(rcvar), acts = plain == "start" || plain == "stop" || plain == "restart";
  if (acts && asked && !on) {
    fmt::print("Cannot '{0}' ipfw. Set {1} to YES in /etc/rc.conf or use 'one{0}' instead of '{0}'.\n", plain, rcvar);
    return 0;
  }
  if (plain == "start" || plain == "restart") return start(conf);
  if (plain == "stop") return stop();
  if (plain == "status") return run_ipfw({"list"});
  if (plain == "enabled") return on ? 0 : 1;
  if (plain == "rcvar") {
    fmt::print("# ipfw\n#\n{}=\"{}\"\n#   (default: \"NO\")\n\n", rcvar, on ? "YES" : "NO");
    return 0;
  }
  fmt::print(stderr, "{0}: unknown directive '{1}'.\nUsage: {0} [one|force](start|stop|restart|rcvar|enabled|status)\n", script, verb);
  return 1;
}

}  // namespace cellblock::bsd
