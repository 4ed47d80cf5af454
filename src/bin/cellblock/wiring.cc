#include "wiring.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "kernel/process_mark.hpp"
#include "net/network.hpp"
#include "nft/dump.hpp"

namespace cellblock {
namespace {

using model::End;
using model::Interface;
using model::Stack;
using model::Wiring;

/// A stack while it is looked at.
struct Seen {
  Fd network;
  net::Network socket;
  std::vector<net::Link> links;
};

/// Every interface that goes up has a link-local IPv6 address by itself.
bool is_worth_showing(const net::Address& address) { return !address.ip.v6 || address.scope != RT_SCOPE_LINK; }

/// The jails that have an address of the host's, by its text.
std::multimap<std::string, std::string> holders(const model::Snapshot& snapshot) {
  std::multimap<std::string, std::string> found;
  for (const auto& [jid, jail] : snapshot.jails) {
    if (jail.prison.vnet == model::Sys::fresh) continue;
    for (const std::string& one : jail.prison.ip4_addr) found.emplace(one, jail.prison.name);
    for (const std::string& one : jail.prison.ip6_addr) found.emplace(one, jail.prison.name);
  }
  return found;
}

Interface interface_of(const net::Link& link) {
  Interface one{.name = link.name, .kind = link.kind, .is_up = link.is_up(), .is_loopback = link.is_loopback(), .mtu = link.mtu};
  if (link.hardware.size() == 6 && !one.is_loopback) one.hardware = net::hardware_text(link.hardware);
  const net::Counters& counted = link.counters;
  one.traffic = {counted.in_packets, counted.out_packets, counted.in_bytes, counted.out_bytes};
  return one;
}

std::optional<size_t> place_of(const std::vector<net::Link>& links, int index) {
  auto found = std::ranges::find(links, index, &net::Link::index);
  if (index == 0 || found == links.end()) return std::nullopt;
  return static_cast<size_t>(found - links.begin());
}

/// What a rule translates, in the order of Translation::what; -1: it doesn't.
int translation_in(const nft::SeenRule& rule) {
  for (const nft::SeenExpression& one : rule.expressions) {
    if (one.name == "masq") return 0;
    if (one.name == "redir") return 3;
    if (one.name != "nat") continue;
    int kind = 2;
    sys::netlink::each_attribute(one.attributes, [&kind](uint16_t type, std::string_view value) {
      if (type == NFTA_NAT_TYPE && sys::netlink::value_of<uint8_t>(value.substr(std::min<size_t>(value.size(), 3))) == NFT_NAT_SNAT) kind = 1;
    });
    return kind;
  }
  return -1;
}

Result<std::vector<model::Translation>> translations_of(int network) {
  constexpr std::string_view names[] = {"masquerade", "source", "destination", "redirect"};
  CB_TRY(auto socket, sys::netlink::Socket::open_in(network, NETLINK_NETFILTER));
  std::vector<model::Translation> found;
  CB_TRY(std::vector<nft::Table> tables, nft::tables(socket));
  for (const nft::Table& table : tables) {
    std::map<std::string, std::pair<std::set<int>, uint64_t>> chains;
    CB_CHECK(nft::each_rule(socket, table.family, table.name, {}, [&chains](const nft::SeenRule& rule) {
      if (int kind = translation_in(rule); kind >= 0) chains[rule.chain].first.insert(kind), ++chains[rule.chain].second;
    }));
    for (const auto& [chain, all] : chains) {
      std::vector<std::string> words;
      for (int kind : all.first) words.emplace_back(names[kind]);
      found.push_back({table.name, chain, join(words, "+"), all.second});
    }
  }
  return found;
}

Result<Seen> look(Fd network, Stack& stack, const std::multimap<std::string, std::string>& holders) {
  CB_TRY(net::Network socket, net::Network::open(network.get()));
  CB_TRY(std::vector<net::Link> links, socket.links());
  CB_TRY(std::vector<net::Address> addresses, socket.addresses());
  for (const net::Link& link : links) {
    Interface one = interface_of(link);
    one.bridge = place_of(links, link.master);
    if (!link.lower_network && link.kind != "veth") one.parent = place_of(links, link.lower);
    stack.interfaces.push_back(std::move(one));
  }
  for (const net::Address& address : addresses) {
    auto place = place_of(links, address.index);
    if (!place || !is_worth_showing(address)) continue;
    model::InterfaceAddress shown{fmt::format("{}/{}", address.ip.text(), address.prefix), {}};
    auto [begin, end] = holders.equal_range(address.ip.text());
    for (auto it = begin; it != end && stack.jid == 0; ++it) shown.jails.push_back(it->second);
    stack.interfaces[*place].addresses.push_back(std::move(shown));
  }
  CB_TRY(stack.translations, translations_of(network.get()));
  return Seen{std::move(network), std::move(socket), std::move(links)};
}

/// The ends of cables by their own index and that of the other end, each in its own stack.
using Ends = std::multimap<std::pair<int, int>, End>;

/// Two pairs of stacks may have cables with the same indices: the number by which one stack knows the other one decides.
Result<std::optional<End>> peer_of(std::vector<Seen>& seen, const Ends& ends, End end) {
  const net::Link& link = seen[end.stack].links[end.interface];
  auto [begin, stop] = ends.equal_range({link.lower, link.index});
  for (auto it = begin; it != stop; ++it) {
    const bool is_same = it->second.stack == end.stack;
    if (!link.lower_network) {
      if (is_same) return it->second;
      continue;
    }
    if (is_same) continue;
    CB_TRY(std::optional<int> number, seen[end.stack].socket.number_of(seen[it->second.stack].network.get()));
    if (number == link.lower_network) return it->second;
  }
  return std::nullopt;
}

Result<> find_peers(Wiring& wiring, std::vector<Seen>& seen) {
  Ends ends;
  for (size_t stack = 0; stack < seen.size(); ++stack)
    for (size_t at = 0; at < seen[stack].links.size(); ++at)
      if (const net::Link& link = seen[stack].links[at]; link.kind == "veth") ends.insert({{link.index, link.lower}, {stack, at}});
  for (const auto& [indices, end] : ends) {
    CB_TRY(wiring.stacks[end.stack].interfaces[end.interface].peer, peer_of(seen, ends, end));
  }
  return {};
}

}  // namespace

Result<Wiring> look_at_wiring(const model::Snapshot& snapshot) {
  Wiring wiring;
  std::vector<Seen> seen;
  const auto held = holders(snapshot);
  auto add = [&](Stack stack, Fd network) -> Result<> {
    CB_TRY(Seen one, look(std::move(network), stack, held), "{}", stack.name);
    seen.push_back(std::move(one));
    wiring.stacks.push_back(std::move(stack));
    return {};
  };
  CB_TRY(Fd own, net::own_network());
  CB_CHECK(add({.jid = 0, .name = "host"}, std::move(own)));
  for (const auto& [jid, jail] : snapshot.jails) {
    if (jail.prison.vnet != model::Sys::fresh) continue;
    auto network = net::network_of(jail.runtime.keeper);
    if (!network || !kernel::is_alive(jail.runtime)) continue;
    // What one jail has made of its stack doesn't hide the others.
    if (auto added = add({.jid = jid, .name = jail.prison.name}, std::move(*network)); !added)
      fmt::print(stderr, "cellblock: network: jail {}\n", added.error().text());
  }
  CB_CHECK(find_peers(wiring, seen));
  return wiring;
}

}  // namespace cellblock
