#include "kernel/cable_remains.hpp"

#include <algorithm>
#include <set>

#include "kernel/cable_laying.hpp"
#include "kernel/cable_rules.hpp"
#include "kernel/faults.hpp"
#include "kernel/strays.hpp"
#include "record/rules.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

using record::State;

constexpr uint32_t doomed_group = cable_group + 1;

/// The host's interfaces in VLANs that no jail is in any more, of bridges that were made for jails.
Result<> remove_idle_vlans(const State& state, net::Network& host, const std::vector<net::Link>& links) {
  for (const net::Link& link : links) {
    auto below = link.kind == "vlan" && link.group == cable_group ? std::ranges::find(links, link.lower, &net::Link::index) : links.end();
    if (below == links.end() || !state.bridges.contains(below->name) || link.name != fmt::format("{}.{}", below->name, link.vlan)) continue;
    const bool is_used = state.held.contains({below->name, link.vlan}) ||
                         std::ranges::any_of(state.cables, [&](const auto& each) { return each.second.segment() == link.name; });
    auto gone = is_used ? Result<>() : host.change(net::delete_link(link.index));
    if (!gone && gone.error().why != Why::absent) return pass(gone.error(), "interface {}", link.name);
  }
  return {};
}

/// To delete one takes the kernel as long as to delete a thousand: they become a group of their own first.
Result<> remove_loose_ends(const State& state, net::Network& host) {
  std::set<std::string, std::less<>> known;
  for (const auto& [id, made] : state.cables) known.insert(made.near);
  CB_TRY(std::vector<net::Link> links, host.links());
  CB_CHECK(remove_idle_vlans(state, host, links));
  std::vector<net::Request> requests;
  for (const net::Link& link : links)
    if (link.group == cable_group && link.kind == "veth" && !known.contains(link.name))
      requests.push_back(net::set_group(link.index, doomed_group));
  if (requests.empty()) return {};
  CB_CHECK(host.change(requests).map([](const auto&) {}));  // some may just have gone by themselves
  auto gone = host.change(net::delete_group(doomed_group));
  if (!gone && gone.error().why != Why::absent) return pass(gone.error(), "cables");
  return {};
}

Result<bool> remove_bridge(net::Network& host, const std::string& name) {
  CB_TRY(std::optional<net::Link> bridge, find_link(host, name));
  if (!bridge || bridge->kind != "bridge") return false;
  CB_TRY(std::vector<net::Link> links, host.links());
  if (std::ranges::any_of(links, [&](const net::Link& link) { return link.master == bridge->index; })) return false;
  auto gone = host.change(net::delete_link(bridge->index));
  if (!gone && gone.error().why != Why::absent) return pass(gone.error(), "bridge {}", name);
  return true;
}

/// True: it is a port of its bridge, which it was not. Nothing: there is nothing to be joined.
Result<std::optional<bool>> join_one(net::Network& host, const record::CableMade& made) {
  CB_TRY(std::optional<net::Link> bridge, find_link(host, made.bridge));
  CB_TRY(std::optional<net::Link> near, find_link(host, made.near));
  if (!bridge || !near || near->group != cable_group) return std::nullopt;
  if (near->master == bridge->index && near->port.isolated == made.isolated && made.vlans.empty() && near->is_up()) return false;
  CB_TRY(std::vector<net::Request> requests, port_requests(host, made, bridge->index));
  CB_TRY(std::vector<Result<>> outcomes, host.change(requests));
  for (Result<>& outcome : outcomes) CB_CHECK(std::move(outcome));
  return true;
}

/// The caller holds the lock, as whoever lays a cable does: what has been announced is there by now, or its maker is not.
/// An end that a living maker is about to join is joined a moment earlier. Whether all is set up in the jail nobody knows: the
/// next jail -m sees to it, as of a cable that is like no description. One that can't be joined doesn't keep the others from it.
Result<> join_laid(Registry& registry, net::Network& host, std::vector<std::string>& done) {
  CB_TRY(const State* state, registry.refresh());
  const std::set<model::CableId> unjoined = state->unjoined;
  std::string lines;
  for (const model::CableId& id : unjoined) {
    record::CableMade made = state->cables.at(id);
    auto joined = join_one(host, made);
    if (!joined && joined.error().why != Why::absent) {
      done.push_back(fmt::format("{}: not joined to bridge {}: {}", made.near, made.bridge, joined.error().text()));
      continue;
    }
    if (!joined || !*joined) {
      lines += record::uncable_line(id);
      continue;
    }
    if (**joined) done.push_back(fmt::format("{}: joined to bridge {}", made.near, made.bridge));
    made.like = 0;
    lines += record::joined_cable_lines(id, made);
  }
  return lines.empty() ? Result<>() : registry.append(lines);
}

}  // namespace

Result<Fd> lock_bridges(const Registry& registry) { return sys::take_lock(registry.home().fd(), "bridges.lock"); }

Result<std::optional<net::Link>> find_link(net::Network& network, const std::string& name) {
  auto link = network.link(name);
  if (link) return std::optional(std::move(*link));
  if (link.error().why == Why::absent) return std::nullopt;
  return pass(std::move(link.error()));
}

bool is_loose_end(const State& state, const net::Link& link) {
  auto has_it = [&](const auto& each) {
    const model::Jail* jail = each.second.near == link.name ? state.snapshot.find(each.first.jid) : nullptr;
    return jail && is_alive(state, *jail);  // a dead one that nobody has buried yet has ended as well
  };
  return link.kind == "veth" && link.group == cable_group && std::ranges::none_of(state.cables, has_it);
}

Result<> put_aside(net::Network& host, const net::Link& link) {
  const std::vector<net::Request> requests = {net::set_up(link.index, false),
                                              net::set_name(link.index, fmt::format("gone#{}", link.index))};
  CB_TRY(std::vector<Result<>> outcomes, host.change(requests));
  if (outcomes.back() || outcomes.back().error().why == Why::absent) return {};
  return std::move(outcomes.back());
}

Result<std::vector<std::string>> remove_remains(Registry& registry, net::Network& host, std::string_view but) {
  CB_TRY(const State* state, registry.refresh());
  CB_CHECK(remove_loose_ends(*state, host));
  faults::passed("cables removed");
  CB_CHECK(remove_loose_rules(registry).map([](size_t) {}));
  std::vector<std::string> removed;
  for (const std::string& name : record::idle_bridges(*state)) {
    if (name == but) continue;
    CB_TRY(bool is_gone, remove_bridge(host, name));
    faults::passed("bridge removed");
    CB_CHECK(registry.append(record::unbridge_line(name)));
    if (is_gone) removed.push_back(name);
  }
  return removed;
}

Result<> mend_cables(Registry& registry, std::vector<std::string>& done) {
  CB_TRY(const State* before, registry.refresh());
  if (record::idle_bridges(*before).empty() && before->unjoined.empty() && record::loose_rules(*before).empty()) return {};
  CB_TRY(Fd lock, lock_bridges(registry));
  CB_TRY(size_t rules, remove_loose_rules(registry));
  if (rules) done.push_back(fmt::format("net.nat and net.forward of {} jails that are gone removed", rules));
  CB_TRY(net::Network host, net::Network::open());
  CB_CHECK(join_laid(registry, host, done));
  CB_TRY(std::vector<std::string> removed, remove_remains(registry, host));
  for (const std::string& name : removed) done.push_back(fmt::format("bridge {} removed", name));
  return {};
}

}  // namespace cellblock::kernel
