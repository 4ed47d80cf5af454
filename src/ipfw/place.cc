// "via 10.0.0.1" is the interface that has the address now.
#include <algorithm>
#include <map>

#include "ipfw/compile.hpp"
#include "net/network.hpp"

namespace cellblock::ipfw {
namespace {

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

}  // namespace

Result<> find_interfaces(Ruleset& rules) {
  std::vector<Match*> all;
  for (Kept& kept : rules.rules) each_place(kept.rule, [&all](Match& match) { all.push_back(&match); });
  if (all.empty()) return {};
  CB_TRY(Holders known, holders());
  for (Match* match : all)
    if (auto found = known.find(match->ip); found != known.end()) match->name = found->second;
  return {};
}

Result<> check_interfaces(Rule rule) {
  std::vector<net::Ip> all;
  each_place(rule, [&all](const Match& match) { all.push_back(match.ip); });
  if (all.empty()) return {};
  CB_TRY(Holders known, holders());
  for (const net::Ip& ip : all)
    if (!known.contains(ip)) return fail(Why::invalid, "via {}: no interface has this address", ip.text());
  return {};
}

}  // namespace cellblock::ipfw
