// jail -m: a running jail gets another cable, other addresses, or none.
#include <linux/rtnetlink.h>

#include <algorithm>

#include "kernel/cable_laying.hpp"
#include "kernel/cable_remains.hpp"
#include "kernel/cable_rules.hpp"
#include "kernel/faults.hpp"
#include "kernel/host_links.hpp"

namespace cellblock::kernel {
namespace {

using model::Cable;
using model::CableAddress;
using model::CableId;
using model::JailId;
using record::CableMade;
using record::State;

const CableMade* cable_of(const State& state, const CableId& id) {
  auto found = state.cables.find(id);
  return found == state.cables.end() ? nullptr : &found->second;
}

bool is_among(const std::vector<CableAddress>& all, const net::Address& address) {
  return std::ranges::any_of(all, [&](const CableAddress& one) {
    return one.prefix == address.prefix && address.ip == net::parse_ip(one.address);
  });
}

bool is_same_way(const CableMade& made, const Cable& cable) {
  return made.bridge == cable.bridge && made.near == cable.near && made.isolated == cable.isolated && made.vlans == cable.vlans;
}

/// What the jail has by the name of the interface that it is to have: nothing, or the end of the cable that it has. Anything
/// else would be in the way of a new cable, which is laid when the old one is given up: it has to be known before.
Result<std::optional<net::Link>> far_end(net::Network& host, const Cable& cable, const std::string& old_near, int there) {
  CB_TRY(net::Network inside, net::Network::open(there));
  CB_TRY(std::optional<net::Link> far, find_link(inside, cable.interface));
  CB_TRY(std::optional<net::Link> near, find_link(host, old_near));
  const bool are_ends = far && near && near->group == cable_group && near->kind == "veth" && far->kind == "veth" &&
                        near->lower == far->index && far->lower == near->index;
  if (!far || are_ends) return far;
  return fail(Why::exists, "net.interface: {}: the jail has an interface of that name", cable.interface);
}

/// A gateway would take the place of the jail's other one, or be refused when the old cable has been given up.
Result<> check_gateways(const Cable& cable, const std::optional<net::Link>& far, int there) {
  CB_TRY(net::Network inside, net::Network::open(there));
  for (const std::string& gateway : cable.gateways) {
    const bool v6 = gateway.contains(':');
    CB_TRY(std::vector<net::Route> routes, inside.routes(v6, net::main_table));
    if (std::ranges::any_of(routes, [&](const net::Route& route) { return route.to.length == 0 && route.gateway && (!far || route.index != far->index); }))
      return fail(Why::exists, "net.gateway: {}: the jail has one for {} by another interface", gateway, v6 ? "IPv6" : "IPv4");
  }
  return {};
}

/// Whether nothing but addresses, routes and rules differs from what the jail's end is by now.
bool is_in_place(const Cable& cable, const CableMade& made, const std::optional<net::Link>& far) {
  if (!far || !is_same_way(made, cable)) return false;
  const auto hardware = hardware_of(cable);
  return std::ranges::equal(hardware, far->hardware, {}, {}, [](char byte) { return static_cast<uint8_t>(byte); }) &&
         (!cable.mtu || *cable.mtu == far->mtu);
}

/// The addresses that the jail had by its old description and default routes that lead elsewhere. What it has added itself stays.
Result<> strip(net::Network& inside, int index, const Cable& cable, const std::vector<CableAddress>& had) {
  std::vector<net::Request> requests;
  CB_TRY(std::vector<net::Address> addresses, inside.addresses(index));
  for (const net::Address& one : addresses)
    if (is_among(had, one) && !is_among(cable.addresses, one)) requests.push_back(net::delete_address(one));
  for (bool v6 : {false, true}) {
    CB_TRY(std::vector<net::Route> routes, inside.routes(v6, net::main_table));
    for (const net::Route& route : routes) {
      const bool is_ours = route.to.length == 0 && route.index == index && route.gateway && route.protocol != RTPROT_RA;
      if (is_ours && std::ranges::find(cable.gateways, route.gateway->text()) == cable.gateways.end())
        requests.push_back(net::delete_route(route));
    }
  }
  CB_TRY(std::vector<Result<>> outcomes, inside.change(requests));
  for (Result<>& outcome : outcomes)  // a route may have gone with an address
    if (!outcome && outcome.error().why != Why::absent && outcome.error().sys != ESRCH) return pass(std::move(outcome.error()));
  return {};
}

}  // namespace

/// Until all is done both the old addresses and the new ones are the jail's, by a description that nobody gives: who was killed
/// halfway begins anew.
Result<> HostLinks::readdress(Cable cable, const CableId& id, int there) {
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(net::Network * network, host());
  CB_TRY(Fd lock, lock_bridges(*record));
  const uint64_t like = fingerprint(cable);
  CB_TRY(const State* state, record->refresh());
  CB_TRY(std::optional<net::Link> segment, find_link(*network, segment_of(cable.bridge, cable.vlans)));
  CB_CHECK(choose_addresses(*network, *state, cable, segment ? &*segment : nullptr, id));
  std::vector<CableAddress> had;
  bool has_rules = !cable.rules.empty();
  auto announce = [&](const State& now) -> Result<std::string> {
    CB_CHECK(check_taken(now, cable, id));
    const CableMade* made = cable_of(now, id);
    if (!made || !is_same_way(*made, cable))
      return fail(Why::exists, "net.bridge: another command has just changed the cable");
    had = made->addresses;
    has_rules = has_rules || !made->rules.empty();
    Cable both = cable;
    std::ranges::copy_if(had, std::back_inserter(both.addresses), [&](const CableAddress& one) {
      return std::ranges::find(cable.addresses, one) == cable.addresses.end();
    });
    return lines_for(both, id, 0) + record::joined_line({&id, 1});
  };
  CB_CHECK(record->update(announce));
  CB_CHECK(faults::step("change announced"));
  CB_TRY(net::Network inside, net::Network::open(there));
  CB_TRY(net::Link far, inside.link(cable.interface));
  CB_CHECK(strip(inside, far.index, cable, had), "{}", cable.interface);
  faults::passed("addresses stripped");
  CB_CHECK(furnish(settings_, cable, there, net::Existing::replace));
  if (has_rules) {
    CB_CHECK(record->append(lines_for(cable, id, 0) + record::joined_line({&id, 1})));
    CB_CHECK(remake_rules(*record, id), "net.nat, net.forward");
  }
  return record->append(lines_for(cable, id, like) + record::joined_line({&id, 1}));
}

Result<bool> HostLinks::cut(const CableId& id) { return cut(id, {}); }

/// The record says that the jail has it until it is gone: nobody gets its address before.
Result<bool> HostLinks::cut(const CableId& id, std::string_view bridge_to_keep) {
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(net::Network * network, host());
  CB_TRY(Fd lock, lock_bridges(*record));
  CB_TRY(const State* state, record->refresh());
  const CableMade* made = cable_of(*state, id);
  if (!made) return false;
  CableMade going = *made;
  going.like = 0;
  const bool is_joined = !state->unjoined.contains(id);
  CB_CHECK(record->append(is_joined ? record::joined_cable_lines(id, going) : record::cable_line(id, going)));
  CB_CHECK(faults::step("cable given up"));
  CB_TRY(std::optional<net::Link> near, find_link(*network, going.near));
  auto gone = near && near->group == cable_group ? network->change(net::delete_link(near->index)) : Result<>();
  if (!gone && gone.error().why != Why::absent) return pass(std::move(gone.error()), "interface {}", going.near);
  faults::passed("cable taken away");
  CB_CHECK(record->append(record::uncable_line(id)));
  CB_CHECK(remove_remains(*record, *network, bridge_to_keep).map([](auto&&) {}));
  return true;
}

Result<bool> HostLinks::change(const Cable& wanted, JailId jid, pid_t keeper) {
  const CableId id{jid, wanted.name};
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(const State* state, record->refresh());
  std::optional<CableMade> made;
  if (const CableMade* one = cable_of(*state, id)) made = *one;
  const bool is_whole = made && !state->unjoined.contains(id);  // else somebody was killed while it was laid
  CB_TRY(bool same, has(wanted, jid));
  if (same) return false;
  CB_CHECK(check(wanted, jid));
  Cable cable = wanted;
  if (made)
    for (const CableAddress& one : made->addresses) cable.had.push_back(one.address);
  CB_TRY(Fd there, net::network_of(keeper));
  CB_TRY(net::Network * network, host());
  CB_TRY(std::optional<net::Link> far, far_end(*network, cable, made ? made->near : cable.near, there.get()));
  CB_CHECK(check_gateways(cable, far, there.get()));
  if (is_whole && is_in_place(cable, *made, far)) {
    CB_CHECK(readdress(cable, id, there.get()));
    return true;
  }
  CB_CHECK(cut(id, cable.bridge).map([](bool) {}));
  auto laid = connect(cable, jid, keeper).and_then([this] { return join(); });
  if (laid) return true;
  return fail(laid.error().why, "{}{}", laid.error().text(), made ? "; the jail has lost the cable that it had" : "");
}

}  // namespace cellblock::kernel
