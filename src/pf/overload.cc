#include "pf/overload.hpp"

#include <algorithm>
#include <set>

#include "pf/match.hpp"
#include "pf/states.hpp"
#include "pf/store.hpp"

namespace cellblock::pf {

std::vector<Flushing> flushing_of(const Whole& whole) {
  std::vector<Flushing> out;
  for (const auto& [anchor, kept] : whole.rulesets)
    for (size_t at = 0; at < kept.rules.rules.size(); ++at) {
      const StateLimits& limits = kept.rules.rules[at].limits;
      if (!limits.flush) continue;
      Flushing one{whole.home_of(anchor, limits.overload), limits.overload, limits.flush_global ? 0 : kept.id_of_rule(at)};
      if (std::ranges::find(out, one) == out.end()) out.push_back(std::move(one));
    }
  return out;
}

/// By the names of their sets.
static Result<std::map<std::string, std::set<net::Ip>>> noted(sys::netlink::Socket& socket) {
  std::map<std::string, std::set<net::Ip>> out;
  CB_TRY(std::vector<nft::Set> sets, nft::sets(socket, nft::Family::inet, nft_table));
  for (const nft::Set& set : sets) {
    if (!set.name.ends_with("|h4") && !set.name.ends_with("|h6")) continue;
    CB_TRY(std::vector<nft::Element> hosts, nft::elements(socket, nft::Family::inet, nft_table, set.name));
    for (const nft::Element& host : hosts)
      if (auto ip = net::ip_of_bytes(host.key)) out[set.name].insert(*ip);
  }
  return out;
}

Result<> end_overloaded(sys::netlink::Socket& socket) {
  CB_TRY(auto hosts, noted(socket));
  if (hosts.empty()) return {};
  CB_TRY(Whole whole, read_whole(socket));
  CB_TRY(std::vector<Connection> all, connections(socket));
  std::vector<Flushing> flushing = flushing_of(whole);
  auto ended = [&](const Connection& one) {
    return std::ranges::any_of(flushing, [&](const Flushing& by) {
      auto found = hosts.find(set_name(by.anchor, by.table, one.source.ip.v6 ? "h6" : "h4"));
      bool of_rule = by.rule == 0 || one.in == by.rule || one.out == by.rule;
      return of_rule && found != hosts.end() && found->second.contains(one.source.ip);
    });
  };
  std::erase_if(all, [&ended](const Connection& one) { return !(one.flags & (flag_in | flag_out)) || !ended(one); });
  return forget(socket, all);
}

std::vector<nft::Element> missing_from(const std::vector<TableEntry>& entries, const std::vector<nft::Element>& hosts) {
  std::vector<nft::Element> out;
  for (const nft::Element& host : hosts)
    if (auto listed = listed_of(host); listed && !std::ranges::binary_search(entries, listed->entry)) out.push_back({.key = host.key});
  return out;
}

}  // namespace cellblock::pf
