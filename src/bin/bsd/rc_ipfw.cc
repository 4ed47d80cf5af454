#include "rc_ipfw.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "applet.hpp"
#include "ipfw_switches.hpp"
#include "natd.hpp"
#include "rc_firewall.hpp"
#include "rc_natd.hpp"
#include "rc_script.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view script = "/etc/rc.d/ipfw";

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
  if (uses_natd(conf))
    if (auto started = start_natd(conf); !started) return complain(natd_refusal(started.error()));
  if (auto forwarding = forward(conf); !forwarding) return complain(forwarding.error().text());
  for (const Words& words : *commands)
    if (run_ipfw(words) != 0) return complain("the rules are not complete");
  if (auto on = set_firewall_value("enable", "1"); !on && on.error().sys != ENOENT) return complain(natd_refusal(on.error()));
  fmt::print("Firewall rules loaded.\n");
  return 0;
}

int stop(const conf::RcConf& conf) {
  // As on FreeBSD the rules stay, and are not asked.
  if (auto off = set_firewall_value("enable", "0"); !off && off.error().sys != ENOENT) return complain(natd_refusal(off.error()));
  auto stopped = uses_natd(conf) ? stop_natd(conf) : Result<bool>(false);
  return stopped ? 0 : complain(natd_refusal(stopped.error()));
}

}  // namespace

int rc_ipfw(const std::string& verb) {
  return run_script({.name = "ipfw", .rcvar = "firewall_enable", .verbs = {"status"}, .free = {"status"}}, verb,
                    [](const conf::RcConf& conf, const std::string& plain) {
                      if (plain == "status") return run_ipfw({"list"});
                      return plain == "stop" ? stop(conf) : start(conf);
                    });
}

}  // namespace cellblock::bsd
