// "via 10.0.0.1" is the interface that has the address now; "fwd 10.0.0.1" leads here if one has it.
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <map>

#include "ipfw/compile.hpp"
#include "net/fib.hpp"
#include "net/network.hpp"

namespace cellblock::ipfw {
namespace {

/// Above those that setfib(1) has.
uint32_t table_of_hop(const net::Ip& hop) { return mark_of_hop(hop); }

/// Whether one of the rule's tests that have to match is of that kind.
bool holds_to(const Rule& rule, Test test) {
  auto only = [test](const Match& match) { return match.test == test; };
  return std::ranges::any_of(rule.terms, [only](const Term& term) { return !term.negated && std::ranges::all_of(term.any, only); });
}
bool only_out(const Rule& rule) { return rule.hop && (holds_to(rule, Test::out) || holds_to(rule, Test::transmit)); }

using Holders = std::map<net::Ip, std::string>;

Result<Holders> holders() {
  CB_TRY(net::Network network, net::Network::open());
  CB_TRY(std::vector<net::Link> links, network.links());
  CB_TRY(std::vector<net::Address> addresses, network.addresses());
  Holders out;
  for (const net::Address& each : addresses) {
    auto link = std::ranges::find(links, each.index, &net::Link::index);
    if (link != links.end()) out.emplace(each.ip, link->name);
  }
  return out;
}

template <class Each>
void each_place(Rule& rule, Each each) {
  for (Term& term : rule.terms)
    for (Match& match : term.any)
      if (match.is_place() && !match.ip.is_zero()) each(match);
}

bool is_here(const Hop& hop, const Holders& known) { return known.contains(hop.ip) || (!hop.ip.v6 && hop.ip.bytes[0] == 127); }

/// The table that leads to another machine, and the kernel's rules for it.
Result<> lead_to(const net::Ip& hop) {
  CB_TRY(sys::netlink::Socket socket, sys::netlink::Socket::open(NETLINK_ROUTE));
  uint32_t table = table_of_hop(hop);
  net::Route route{.to = {.ip = net::network_of(hop, 0), .length = 0}, .gateway = hop, .source = {}, .table = table, .protocol = RTPROT_STATIC};
  if (auto made = socket.send(net::add_route(route, net::Existing::replace)); !made)
    return fail(Why::invalid, "fwd {}: no interface is in a network with this address", hop.text());
  return net::add_mark_rules(socket, mark_of_hop(hop), table);
}

}  // namespace

uint32_t mark_of_hop(const net::Ip& hop) {
  uint32_t sum = 2166136261u;
  for (char byte : hop.data()) sum = (sum ^ static_cast<uint8_t>(byte)) * 16777619u;
  return hop_mark | ((sum ^ sum >> 16) & 0xffff);
}

Result<> find_interfaces(Ruleset& rules) {
  std::vector<Match*> all;
  for (Kept& kept : rules.rules) each_place(kept.rule, [&all](Match& match) { all.push_back(&match); });
  bool hops = std::ranges::any_of(rules.rules, [](const Kept& kept) { return kept.rule.hop.has_value(); });
  if (all.empty() && !hops) return {};
  CB_TRY(Holders known, holders());
  for (Match* match : all)
    if (auto found = known.find(match->ip); found != known.end()) match->name = found->second;
  for (Kept& kept : rules.rules)
    if (kept.rule.hop) kept.rule.hop->local = is_here(*kept.rule.hop, known);
  return {};
}

std::string_view warning_of(const Rule& rule) {
  if (!only_out(rule)) return {};
  return "fwd: what begins here is led when it leaves, what is forwarded when it comes in: 'out' and 'xmit' leave that alone";
}

Result<> prepare(Rule rule) {
  if (only_out(rule) && holds_to(rule, Test::receive))
    return fail(Why::unsupported, "fwd: what is forwarded is led when it comes in: leave out 'out' and 'xmit'");
  std::vector<net::Ip> all;
  each_place(rule, [&all](const Match& match) { all.push_back(match.ip); });
  if (all.empty() && !rule.hop) return {};
  CB_TRY(Holders known, holders());
  for (const net::Ip& ip : all)
    if (!known.contains(ip)) return fail(Why::invalid, "via {}: no interface has this address", ip.text());
  return rule.hop && !is_here(*rule.hop, known) ? lead_to(rule.hop->ip) : Result<>();
}

}  // namespace cellblock::ipfw
