// jail -m: a running jail gets other cables, other addresses, or none.
#include <algorithm>

#include "kernel/cable_laying.hpp"
#include "kernel/cable_remains.hpp"
#include "kernel/cable_rules.hpp"
#include "kernel/cable_turn.hpp"
#include "kernel/faults.hpp"
#include "kernel/host_links.hpp"

namespace cellblock::kernel {
namespace {

using model::Cable;
using model::CableAddress;
using model::CableId;
using model::CableWish;
using model::JailId;
using record::State;

bool is_among(const std::vector<CableAddress>& all, const net::Address& address) {
  return std::ranges::any_of(all, [&](const CableAddress& one) {
    return one.prefix == address.prefix && address.ip == net::parse_ip(one.address);
  });
}

/// The addresses and default routes that the jail had by its old description. What it has added itself stays.
Result<> take_away(net::Network& inside, int index, const Cable& cable, const record::CableMade& made) {
  const std::vector<CableAddress>& had = made.addresses;
  std::vector<net::Request> requests;
  CB_TRY(std::vector<net::Address> addresses, inside.addresses(index));
  for (const net::Address& one : addresses)
    if (is_among(had, one) && !is_among(cable.addresses, one)) requests.push_back(net::delete_address(one));
  for (bool v6 : {false, true}) {
    CB_TRY(std::vector<net::Route> routes, inside.routes(v6, net::main_table));
    for (const net::Route& route : routes) {
      const bool is_default = route.to.length == 0 && route.index == index && route.gateway;
      auto is_of = [&](const std::vector<std::string>& gateways) { return std::ranges::find(gateways, route.gateway->text()) != gateways.end(); };
      if (is_default && is_of(made.gateways) && !is_of(cable.gateways)) requests.push_back(net::delete_route(route));
    }
  }
  CB_TRY(std::vector<Result<>> outcomes, inside.change(requests));
  for (Result<>& outcome : outcomes)  // a route may have gone with an address
    if (!outcome && outcome.error().why != Why::absent && outcome.error().sys != ESRCH) return pass(std::move(outcome.error()));
  return {};
}

/// A cable that is a port of its bridge already.
std::string whole_lines(const Cable& cable, const CableId& id, uint64_t like) {
  return lines_for(cable, id, like) + record::joined_line({&id, 1});
}

std::vector<CableWish> as_they_are(std::span<const CableTurn> turns, const State& state) {
  std::vector<CableWish> wishes;
  for (const CableTurn& turn : turns) {
    const model::Jail* jail = state.snapshot.find(turn.id.jid);
    wishes.push_back(as_it_is(turn, jail ? jail->prison.name : ""));
  }
  return wishes;
}

}  // namespace

/// The record says that the jail has it until it is gone: nobody gets its address before. Its bridge stays: another cable may
/// be about to be laid to it.
Result<> HostLinks::cut(const CableId& id) {
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(net::Network * network, host());
  CB_TRY(const State* state, record->refresh());
  auto made = state->cables.find(id);
  if (made == state->cables.end()) return {};
  record::CableMade going = made->second;
  going.like = 0;
  const bool is_joined = !state->unjoined.contains(id);
  CB_CHECK(record->append(is_joined ? record::joined_cable_lines(id, going) : record::cable_line(id, going)));
  CB_CHECK(faults::step("cable given up"));
  CB_TRY(std::optional<net::Link> near, find_link(*network, going.near));
  auto gone = near && near->group == cable_group ? network->change(net::delete_link(near->index)) : Result<>();
  if (!gone && gone.error().why != Why::absent) return pass(std::move(gone.error()), "interface {}", going.near);
  faults::passed("cable taken away");
  return record->append(record::uncable_line(id));
}

/// Until refit() both the old addresses and the new ones are the jail's, by a description that nobody gives: who was killed
/// halfway begins anew.
Result<> HostLinks::strip(CableTurn& turn, Own own, int there) {
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(net::Network * network, host());
  CB_TRY(const State* state, record->refresh());
  Cable& cable = *turn.cable;
  CB_TRY(std::optional<net::Link> segment, find_link(*network, segment_of(cable.bridge, cable.vlans)));
  CB_CHECK(choose_addresses(*network, *state, cable, segment ? &*segment : nullptr, own));
  auto announce = [&](const State& now) -> Result<std::string> {
    CB_CHECK(check_taken(now, cable, own));
    Cable both = cable;
    for (const std::string& gateway : turn.made->gateways)
      if (std::ranges::find(both.gateways, gateway) == both.gateways.end()) both.gateways.push_back(gateway);
    std::ranges::copy_if(turn.made->addresses, std::back_inserter(both.addresses), [&](const CableAddress& one) {
      return std::ranges::find(cable.addresses, one) == cable.addresses.end();
    });
    return whole_lines(both, turn.id, 0);
  };
  CB_CHECK(record->update(announce));
  CB_CHECK(faults::step("change announced"));
  CB_TRY(net::Network inside, net::Network::open(there));
  CB_CHECK(take_away(inside, turn.far->index, cable, *turn.made), "{}", cable.interface);
  faults::passed("addresses stripped");
  return record->append(whole_lines(cable, turn.id, 0));
}

Result<> HostLinks::refit(const CableTurn& turn, int there) {
  CB_TRY(Registry * record, registry_.get());
  CB_CHECK(furnish(settings_, *turn.cable, there, net::Existing::replace));
  CB_CHECK(faults::step("addresses given"));
  if (!turn.cable->rules.empty() || !turn.made->rules.empty()) CB_CHECK(remake_rules(*record, turn.id), "net.nat, net.forward");
  return record->append(whole_lines(*turn.cable, turn.id, turn.like));
}

/// The caller holds the lock. What goes goes first: a name, an address or a port may move from one cable to another.
Result<> HostLinks::perform(std::vector<CableTurn>& turns, int there) {
  for (const CableTurn& turn : turns)
    if (turn.made && !turn.stays) CB_CHECK(named(turn.id.name, cut(turn.id)));
  std::vector<CableId> waiting;
  for (const CableTurn& turn : turns)
    if (turn.stays) waiting.push_back(turn.id);
  for (CableTurn& turn : turns) {
    if (!turn.stays) continue;
    CB_CHECK(named(turn.id.name, strip(turn, waiting, there)));
    std::erase(waiting, turn.id);
  }
  for (const CableTurn& turn : turns)
    if (turn.cable) CB_CHECK(named(turn.id.name, turn.stays ? refit(turn, there) : connect(*turn.cable, turn.id, {&turn.id, 1}, there)));
  CB_TRY(Registry * record, registry_.get());
  return join_announced(*record);
}

Result<> HostLinks::change(std::span<const CableWish> wishes, JailId jid, pid_t keeper) {
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(net::Network * network, host());
  CB_TRY(Fd there, net::network_of(keeper));
  CB_TRY(net::Network inside, net::Network::open(there.get()));
  CB_TRY(Fd lock, lock_bridges(*record));
  CB_CHECK(check(wishes, jid));
  CB_TRY(const State* state, record->refresh());
  CB_TRY(std::vector<CableTurn> turns, turns_for(*network, inside, *state, wishes, jid));
  CB_CHECK(check_inside(inside, turns));
  const std::vector<CableWish> before = as_they_are(turns, *state);
  auto done = perform(turns, there.get());
  if (!done) {
    auto undo = [&]() -> Result<> {
      CB_TRY(const State* now, record->refresh());
      CB_TRY(std::vector<CableTurn> back, turns_for(*network, inside, *now, before, jid));
      return perform(back, there.get());
    };
    if (auto undone = undo(); !undone) done = fail(done.error().why, "{}; nor is all as it was: {}", done.error().text(), undone.error().text());
  }
  (void)remove_remains(*record, *network);  // of what is left now the next command says whose fault it is
  return done;
}

}  // namespace cellblock::kernel
