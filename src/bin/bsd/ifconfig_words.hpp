// The command line of ifconfig(8) as a value. Pure: nothing here asks the kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "applet.hpp"
#include "base/error.hpp"
#include "net/ip.hpp"

namespace cellblock::bsd {

/// What one word, with its argument, does to an interface.
enum class IfAct : uint8_t {
  up, down, mtu, hardware, name, description, arp, promisc, allmulti, group, ungroup, vnet, unvnet,
  // bridges
  add_member, delete_member, span, unspan, stp, unstp, learn, discover, isolate, port_priority, port_cost, priority, hello_time,
  forward_delay, max_age, timeout, flush,
  // vlans and tunnels, known when they are made
  vlan_tag, vlan_parent, tunnel,
  // IPv6
  ip6_disabled, accept_routers, link_local,
  nothing,  ///< has a meaning on FreeBSD, none here, and changes nothing that shows
};

struct IfWord {
  IfAct act = IfAct::nothing;
  bool on = true;        ///< false: the word with a '-' before it
  std::string text;      ///< its argument
  std::string second;    ///< tunnel: the other end
  int64_t number = 0;    ///< the argument, where it is a number
};

enum class AddressAct : uint8_t { set, alias, drop };

struct IfAddress {
  AddressAct act = AddressAct::set;
  bool v6 = false;
  std::optional<net::Ip> ip;  ///< none: the first of its family, to drop
  std::optional<int> prefix;
  std::optional<net::Ip> broadcast, peer;
};

enum class IfKind : uint8_t { list, names, group_members, cloners, change };
enum class IfFamily : uint8_t { any, inet, inet6, ether };

struct IfRequest {
  IfKind kind = IfKind::list;
  bool up_only = false, down_only = false;
  std::string group, without_group;
  std::string jail;        ///< -j: run as in this jail
  std::string interface;   ///< empty: all
  IfFamily family = IfFamily::any;
  bool create = false, destroy = false;
  std::vector<IfWord> words;
  std::vector<IfAddress> addresses;
};

/// The text of an error is what comes behind "ifconfig: "; without one the usage is to be printed.
Result<IfRequest> parse_ifconfig(const Words& words);

/// The usage, on stderr.
void print_ifconfig_usage();

}  // namespace cellblock::bsd
