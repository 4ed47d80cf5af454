#include "kernel/cable_turn.hpp"

#include <algorithm>

#include "kernel/cable_laying.hpp"
#include "kernel/cable_remains.hpp"
#include "model/param.hpp"
#include "net/ip.hpp"

namespace cellblock::kernel {
namespace {

using model::Cable;
using model::CableWish;
using record::CableMade;

bool is_same_way(const CableMade& made, const Cable& cable) {
  return made.bridge == cable.bridge && made.near == cable.near && made.isolated == cable.isolated && made.vlans == cable.vlans;
}

/// Whether nothing but addresses, routes and rules differs from what the jail's end is by now.
bool is_in_place(const Cable& cable, const CableMade& made, const net::Link& far) {
  if (!is_same_way(made, cable) || far.name != cable.interface) return false;
  const auto hardware = hardware_of(cable);
  return std::ranges::equal(hardware, far.hardware, {}, {}, [](char byte) { return static_cast<uint8_t>(byte); }) &&
         (!cable.mtu || *cable.mtu == far.mtu);
}

/// The jail's end of the cable, whatever it is called there by now.
Result<std::optional<net::Link>> far_end(net::Network& host, std::span<const net::Link> inside, const CableMade& made) {
  CB_TRY(std::optional<net::Link> near, find_link(host, made.near));
  if (!near || near->group != cable_group || near->kind != "veth") return std::nullopt;
  auto found = std::ranges::find_if(inside, [&](const net::Link& link) {
    return link.kind == "veth" && link.index == near->lower && link.lower == near->index;
  });
  return found == inside.end() ? std::nullopt : std::optional(*found);
}

bool is_end_of_one(std::span<const CableTurn> turns, int index) {
  return std::ranges::any_of(turns, [&](const CableTurn& turn) { return turn.far && turn.far->index == index; });
}

Result<> check_gateways(net::Network& inside, std::span<const CableTurn> turns, const CableTurn& turn) {
  for (const std::string& gateway : turn.cable->gateways) {
    const bool v6 = gateway.contains(':');
    CB_TRY(std::vector<net::Route> routes, inside.routes(v6, net::main_table));
    auto is_in_the_way = [&](const net::Route& route) { return route.to.length == 0 && route.gateway && !is_end_of_one(turns, route.index); };
    if (std::ranges::any_of(routes, is_in_the_way))
      return fail(Why::exists, "{}: {}: the jail has one for {} by another interface", model::name_for(turn.id.name, "net.gateway"),
                  gateway, v6 ? "IPv6" : "IPv4");
  }
  return {};
}

}  // namespace

Result<> named(const std::string& cable, Result<> outcome) {
  return outcome ? Result<>() : fail(outcome.error().why, "{}", model::name_for(cable, outcome.error().text()));
}

Result<std::vector<CableTurn>> turns_for(net::Network& host, net::Network& inside, const record::State& state,
                                         std::span<const CableWish> wishes, model::JailId jid) {
  CB_TRY(std::vector<net::Link> links, inside.links());
  std::vector<CableTurn> turns;
  for (const CableWish& wish : wishes) {
    CableTurn turn{.id = {jid, wish.name}, .cable = wish.cable, .made = {}, .far = {}, .stays = false, .like = wish.cable ? fingerprint(*wish.cable) : 0};
    if (auto found = state.cables.find(turn.id); found != state.cables.end()) {
      turn.made = found->second;
      CB_TRY(turn.far, far_end(host, links, *turn.made));
      const bool is_whole = turn.far && !state.unjoined.contains(turn.id);  // else somebody was killed while it was laid
      turn.stays = is_whole && turn.cable && is_in_place(*turn.cable, *turn.made, *turn.far);
      for (const auto& one : turn.made->addresses)
        if (turn.cable) turn.cable->had.push_back(one.address);
    }
    turns.push_back(std::move(turn));
  }
  // Whoever wants a certain address has it before another takes one out of a range.
  std::ranges::stable_partition(turns, [](const CableTurn& turn) { return !turn.cable || turn.cable->ranges.empty(); });
  return turns;
}

Result<> check_inside(net::Network& inside, std::span<const CableTurn> turns) {
  for (const CableTurn& turn : turns) {
    if (!turn.cable) continue;
    CB_TRY(std::optional<net::Link> link, find_link(inside, turn.cable->interface));
    if (link && !is_end_of_one(turns, link->index))
      return fail(Why::exists, "{}: {}: the jail has an interface of that name", model::name_for(turn.id.name, "net.interface"),
                  turn.cable->interface);
    CB_CHECK(check_gateways(inside, turns, turn));
  }
  return {};
}

CableWish as_it_is(const CableTurn& turn, const std::string& jail) {
  if (!turn.made || !turn.far) return CableWish{turn.id.name, {}};
  Cable cable{.name = turn.id.name, .jail = jail, .bridge = turn.made->bridge, .near = turn.made->near, .interface = turn.far->name,
              .addresses = turn.made->addresses};
  cable.gateways = turn.made->gateways;
  cable.mtu = turn.far->mtu;
  cable.vlans = turn.made->vlans;
  cable.isolated = turn.made->isolated;
  cable.rules = turn.made->rules;
  if (turn.far->hardware.size() == 6) std::ranges::copy(turn.far->hardware, cable.hardware.emplace().begin());
  return CableWish{turn.id.name, std::move(cable)};
}

}  // namespace cellblock::kernel
