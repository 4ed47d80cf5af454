#include <algorithm>
#include <map>
#include <utility>

#include "kernel/cable_laying.hpp"
#include "kernel/cable_remains.hpp"
#include "kernel/cable_rules.hpp"
#include "kernel/faults.hpp"
#include "kernel/host_links.hpp"
#include "kernel/open.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

using model::Cable;
using model::CableId;
using model::CableWish;
using model::JailId;
using record::State;

/// How many ends may wait to become ports of their bridge.
constexpr size_t most_joining = 64;

/// From so many on jails may fill the machine's table of neighbours.
constexpr size_t many_cables = 128;

}  // namespace

Result<net::Network*> HostLinks::host() {
  if (!host_) {
    CB_TRY(net::Network network, net::Network::open());
    if (auto conf = sys::open("/proc/sys/net/ipv6/conf", O_PATH | O_DIRECTORY)) conf_ = std::move(*conf);
    host_ = std::move(network);
  }
  return &*host_;
}

Result<> HostLinks::check(std::span<const CableWish> wishes, JailId own) {
  if (!wishes.empty() && jailed())
    return fail(Why::unsupported, "{}: only the host lays cables", model::name_for(wishes.front().name, "net.bridge"));
  std::vector<CableId> ids;
  for (const CableWish& wish : wishes) ids.push_back({own, wish.name});
  for (const CableWish& wish : wishes)
    if (wish.cable) CB_CHECK(named(wish.name, check(*wish.cable, {own, wish.name}, ids)));
  return {};
}

Result<> HostLinks::check(const Cable& cable, const CableId& id, Own own) {
  CB_TRY(net::Network * network, host());
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(const State* state, record->refresh());
  CB_TRY(Found found, look(*network, *state, cable, id));
  if (found.segment) {
    CB_TRY(std::vector<net::Address> addresses, network->addresses(found.segment->index));
    for (const auto& one : cable.addresses)
      if (std::ranges::any_of(addresses, [&](const net::Address& is) { return is.ip.text() == one.address; }))
        return fail(Why::exists, "net.address: {}: {} {} has it", one.address, cable.vlans.untagged ? "interface" : "bridge", found.segment->name);
  }
  CB_CHECK(check_taken(*state, cable, own));
  CB_CHECK(check_ports_of_host(*state, cable));
  Cable chosen = cable;
  return choose_addresses(*network, *state, chosen, found.segment ? &*found.segment : nullptr, own);
}

Result<> HostLinks::connect(const Cable& wanted, JailId jid, pid_t keeper) {
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(Fd there, net::network_of(keeper));
  CB_TRY(Fd lock, lock_bridges(*record));
  const CableId id{jid, wanted.name};
  return named(wanted.name, connect(wanted, id, {&id, 1}, there.get()));
}

/// The caller holds the lock.
Result<> HostLinks::connect(const Cable& wanted, const CableId& id, Own own, int there) {
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(net::Network * network, host());
  CB_TRY(const State* before, record->refresh());
  CB_TRY(Found found, look(*network, *before, wanted, {}));
  if (before->cables.size() >= many_cables && !std::exchange(has_room_, true)) (void)net::make_room_for_neighbours();
  Cable cable = wanted;
  CB_CHECK(choose_addresses(*network, *before, cable, found.segment ? &*found.segment : nullptr, own));
  const bool is_ours = !found.bridge || before->bridges.contains(cable.bridge);
  const bool is_first = is_ours && !record::has_cables(*before, segment_of(cable.bridge, cable.vlans));
  const bool has_old_rules = before->rules.contains(id);  // of a jail that had the number before
  auto announce = [&](const State& state) -> Result<std::string> {
    CB_CHECK(check_taken(state, cable, own));
    return (found.bridge ? "" : record::bridge_line(cable.bridge)) + lines_for(cable, id, fingerprint(wanted));
  };
  CB_CHECK(record->update(announce));
  auto finish = [&]() -> Result<> {
    CB_CHECK(make(cable, found, there, is_ours, is_first));
    CB_CHECK(has_old_rules ? remake_rules(*record, id) : add_rules(*record, id), "net.nat, net.forward");
    joining_.push_back(id);
    if (is_ours && joining_.size() < most_joining) return {};
    auto joined = join_announced(*record);
    CB_TRY(const State* now, record->refresh());
    return now->unjoined.contains(id) ? joined : Result<>();  // what went wrong with others is theirs to say
  };
  Result<> made = finish();
  if (!made) (void)record->append(record::uncable_line(id)).and_then([&] { return remove_remains(*record, *network); });
  return made;
}

/// The caller holds the lock, and has announced the cable.
Result<> HostLinks::make(const Cable& cable, Found& found, int there, bool is_ours, bool is_first) {
  CB_TRY(net::Network * network, host());
  CB_CHECK(faults::step("cable announced"));
  if (found.remains) CB_CHECK(put_aside(*network, *found.remains), "interface {}", cable.near);
  if (!found.bridge) {
    CB_TRY(found.bridge, make_bridge(*network, cable));
  } else if (is_ours && !cable.vlans.is_apart()) {  // it was made for others, who asked for none
    CB_CHECK(give_addresses(*network, cable, found.bridge->index));
  }
  if (!cable.vlans.empty()) CB_CHECK(make_vlans(*network, cable, *found.bridge, is_first));
  CB_CHECK(lay(*network, conf_.get(), cable, *found.bridge, there), "net.bridge: cable {} to {}", cable.near, cable.bridge);
  CB_CHECK(faults::step("cable laid"));
  return furnish(settings_, cable, there);
}

Result<> HostLinks::join() {
  if (joining_.empty()) return {};
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(Fd lock, lock_bridges(*record));
  return join_announced(*record);
}

/// The caller holds the lock: an end of the name that the record knows is the cable's own. Those that can't be joined stay
/// unjoined in the record: the next command tries again. Returns the first thing that went wrong, of whichever.
Result<> HostLinks::join_announced(Registry& record) {
  CB_TRY(net::Network * network, host());
  CB_TRY(const State* state, record.refresh());
  std::map<std::string, Result<net::Link>> bridges;
  std::vector<net::Request> requests;
  std::vector<CableId> owners, joined;
  Result<> first;
  auto note = [&first](const CableId& id, const Error& error) { if (first) first = fail(error.why, "net.bridge: jail {}: {}", id.jid, error.text()); };
  for (CableId& id : std::exchange(joining_, {})) {
    auto cable = state->cables.find(id);
    if (cable == state->cables.end() || !state->unjoined.contains(id)) continue;  // its jail has ended meanwhile
    const record::CableMade& made = cable->second;
    auto bridge = bridges.find(made.bridge);
    if (bridge == bridges.end()) bridge = bridges.emplace(made.bridge, network->link(made.bridge)).first;
    auto joins = bridge->second ? port_requests(*network, made, bridge->second->index) : Result<std::vector<net::Request>>(pass(bridge->second.error()));
    if (!joins) note(id, joins.error());
    if (!joins || joins->empty()) continue;
    owners.insert(owners.end(), joins->size(), id);
    std::ranges::move(*joins, std::back_inserter(requests));
    joined.push_back(std::move(id));
  }
  CB_TRY(std::vector<Result<>> outcomes, network->change(requests));
  for (size_t at = 0; at < outcomes.size(); ++at) {
    if (outcomes[at]) continue;
    std::erase(joined, owners[at]);
    if (outcomes[at].error().why != Why::absent) note(owners[at], outcomes[at].error());
  }
  faults::passed("cables joined");
  if (!joined.empty()) CB_CHECK(record.append(record::joined_line(joined)));
  return first;
}

/// The cable goes with the jail; on the host its end is one of many to be taken away together.
Result<> HostLinks::disconnect(JailId jid) {
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(const State* state, record->refresh());
  const model::Jail* jail = state->snapshot.find(jid);
  auto goes = [&](const auto& each) {
    const model::Jail* other = state->snapshot.find(each.first.jid);
    return other && other->prison.name.starts_with(jail->prison.name + ".");
  };
  auto first = state->cables.lower_bound({jid, ""});
  const bool has_one = first != state->cables.end() && first->first.jid == jid;
  const bool has_children = jail && jail->prison.children_max > 0;
  if (has_one || (has_children && std::ranges::any_of(state->cables, goes))) disconnected_ = true;
  return {};
}

Result<> HostLinks::settle() {
  if (!std::exchange(disconnected_, false)) return {};
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(net::Network * network, host());
  CB_TRY(Fd lock, lock_bridges(*record));
  return remove_remains(*record, *network).map([](auto&&) {});
}

Result<bool> HostLinks::has(const Cable& cable, JailId jid) {
  const CableId id{jid, cable.name};
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(const State* state, record->refresh());
  auto found = state->cables.find(id);
  return found != state->cables.end() && !state->unjoined.contains(id) && found->second.like == fingerprint(cable);
}

}  // namespace cellblock::kernel
