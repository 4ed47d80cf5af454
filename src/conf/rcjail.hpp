// Jails described in rc.conf(5): where each has its configuration, and jail.conf(5) text for those that are
// described by jail_NAME_* variables alone. What rc.d/jail of FreeBSD does, without its shell.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "conf/rcconf.hpp"

namespace cellblock::conf {

/// What rc.d/jail asks of the machine it runs on.
struct RcHost {
  std::function<bool(const std::string& path)> readable;
  int dad_count = 1;  ///< seconds a new IPv6 address is on probation (net.inet6.ip6.dad_count)
  std::string time;   ///< "2026-08-23 12:00:00", for the generated file's first line
};

/// One jail as `service jail start NAME` sees it.
struct RcJail {
  std::string name;      ///< '/' and '.' of the word that the user gave are '_' here
  std::string conf;      ///< the file to pass to jail -f; empty: the jail is ignored, warnings say why
  std::string text;      ///< what to write to `conf` first; empty if the file is the administrator's
  std::string hostname;  ///< as rc prints it; empty: print the name
  std::string flags;     ///< for jail(8)
  std::string program;   ///< jail(8) itself
  std::string console;   ///< the command of `service jail console`
  std::vector<std::string> warnings;

  bool generated() const { return !text.empty(); }
  const std::string& title() const { return hostname.empty() ? name : hostname; }
};

RcJail rc_jail(const RcConf& conf, std::string_view word, const RcHost& host);

/// "a.b/c" is called "a_b_c" by rc.
std::string rc_jail_name(std::string_view word);
/// The NAME of jail_NAME_ip: every character but letters and digits is '_'.
std::string rc_variable_part(std::string_view name);

}  // namespace cellblock::conf
