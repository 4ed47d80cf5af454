#include "ipfw_switches.hpp"

#include <linux/netlink.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/text.hpp"
#include "ipfw/compile.hpp"
#include "jail_groups.hpp"
#include "pf/states.hpp"

namespace cellblock::bsd {
namespace {

Result<std::string> count_states(sys::netlink::Socket& socket, const ipfw::Ruleset& rules) {
  CB_TRY(std::vector<pf::Connection> all, pf::connections(socket));
  return fmt::format("{}", std::ranges::count_if(all, [&rules](const pf::Connection& each) {
                       auto id = ipfw::id_of_mark(each.mark);
                       return id && std::ranges::find(rules.rules, *id, &ipfw::Kept::id) != rules.rules.end();
                     }));
}

}  // namespace

Result<std::string> firewall_value(std::string_view key) {
  CB_TRY(auto socket, sys::netlink::Socket::open(NETLINK_NETFILTER));
  CB_TRY(ipfw::Ruleset rules, ipfw::read_ruleset(socket));
  if (!rules.loaded) return sys_fail(ENOENT, "");
  if (key == "default_rule") return fmt::format("{}", ipfw::last_number);
  if (key == "static_count") return fmt::format("{}", rules.rules.size() + 1);
  if (key == "dyn_count") return count_states(socket, rules);
  const bool* value = rules.switches.find(key);
  return value && *value ? "1" : "0";
}

Result<> set_firewall_value(std::string_view key, const std::string& value) {
  CB_TRY(auto socket, sys::netlink::Socket::open(NETLINK_NETFILTER));
  return ipfw::edit(socket, with_jails([&](ipfw::Ruleset& rules) -> Result<> {
                      if (!rules.loaded) return sys_fail(ENOENT, "");
                      if (bool* known = rules.switches.find(key)) *known = std::strtoll(value.c_str(), nullptr, 0) != 0;  // 0x0 too is none
                      return {};
                    }));
}

}  // namespace cellblock::bsd
