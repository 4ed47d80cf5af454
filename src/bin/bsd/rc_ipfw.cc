#include "rc_ipfw.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>

#include "applet.hpp"
#include "ipfw_switches.hpp"
#include "natd.hpp"
#include "rc_firewall.hpp"
#include "rc_natd.hpp"
#include "rc_script.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "/etc/rc.d/ipfw";

int complain(std::string_view text) {
  std::fflush(stdout);
  fmt::print(stderr, "{}: ERROR: {}\n", me, text);
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

/// A script of the administrator's own, which calls ipfw: ours before any other.
int run_script_of(const std::string& path, const std::string& type) {
  std::string own(PATH_MAX, '\0');
  ssize_t size = ::readlink("/proc/self/exe", own.data(), own.size());
  own.resize(size < 0 ? 0 : static_cast<size_t>(size));
  const char* paths = ::getenv("PATH");
  ::setenv("PATH", fmt::format("{}:{}", own.substr(0, own.rfind('/')), paths ? paths : "/sbin:/bin:/usr/sbin:/usr/bin").c_str(), 1);
  std::fflush(stdout);
  pid_t child = ::fork();
  if (child == 0) {
    ::execl("/bin/sh", "sh", path.c_str(), type.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child ? status : 1;
}

Result<std::vector<Words>> commands_of(const conf::RcConf& conf, const std::string& script) {
  if (script.empty()) return firewall_commands(conf, has_ip6());
  if (::access(script.c_str(), R_OK) != 0) return fail(Why::absent, "firewall_script=\"{}\": {}", script, strerror_of(errno));
  return std::vector<Words>();
}

int start(const conf::RcConf& conf) {
  std::string script = conf.get("firewall_script");
  if (script == "/etc/rc.firewall") script.clear();  // FreeBSD's own, whose part this is
  auto commands = commands_of(conf, script);
  if (!commands) return complain(commands.error().text());
  if (conf.enabled("natd_enable"))
    if (auto started = start_natd(conf); !started) return complain(natd_refusal(started.error()));
  if (auto forwarding = forward(conf); !forwarding) return complain(forwarding.error().text());
  if (!script.empty() && run_script_of(script, conf.get("firewall_type")) != 0) return complain("the rules are not complete");
  for (const Words& words : *commands)
    if (run_ipfw(words) != 0) return complain("the rules are not complete");
  if (auto on = set_firewall_value("enable", "1"); !on && on.error().sys != ENOENT) return complain(natd_refusal(on.error()));
  fmt::print("Firewall rules loaded.\n");
  return 0;
}

int stop(const conf::RcConf& conf) {
  // As on FreeBSD the rules stay, and are not asked.
  if (auto off = set_firewall_value("enable", "0"); !off && off.error().sys != ENOENT) return complain(natd_refusal(off.error()));
  auto stopped = conf.enabled("natd_enable") ? stop_natd(conf) : Result<bool>(false);
  return stopped ? 0 : complain(natd_refusal(stopped.error()));
}

/// As FreeBSD's script: 0 if it is.
int say_status() {
  auto is = firewall_value("enable");
  const bool enabled = is && *is == "1";
  fmt::print("ipfw is {}enabled\n", enabled ? "" : "not ");
  return enabled ? 0 : 1;
}

}  // namespace

int rc_ipfw(const std::string& verb) {
  return run_script({.name = "ipfw", .rcvar = "firewall_enable", .verbs = {"status"}, .free = {"status"}}, verb,
                    [](const conf::RcConf& conf, const std::string& plain) {
                      if (plain == "status") return say_status();
                      return plain == "stop" ? stop(conf) : start(conf);
                    });
}

}  // namespace cellblock::bsd
