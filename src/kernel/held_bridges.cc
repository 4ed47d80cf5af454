#include "kernel/held_bridges.hpp"

#include "kernel/cable_laying.hpp"
#include "kernel/cable_remains.hpp"
#include "kernel/faults.hpp"
#include "kernel/strays.hpp"

namespace cellblock::kernel {

using record::State;

static record::Segment segment_of(const model::Cable& cable) {
  return {cable.bridge, cable.vlans.is_apart() ? cable.vlans.untagged : uint16_t{0}};
}

Result<bool> hold_bridge(Registry& registry, const model::Cable& cable) {
  CB_TRY(Fd lock, lock_bridges(registry));
  CB_TRY(const State* state, registry.refresh());
  CB_TRY(net::Network host, net::Network::open());
  CB_TRY(std::optional<net::Link> link, find_link(host, cable.bridge));
  const bool is_ours = state->bridges.contains(cable.bridge);
  if (link && !is_ours) return fail(Why::exists, "bridge: {}: an interface of that name is there, and stays as it is", cable.bridge);
  const record::Segment segment = segment_of(cable);
  const bool was_held = link && state->held.contains(segment);
  CB_CHECK(registry.append((is_ours ? "" : record::bridge_line(cable.bridge)) + (was_held ? "" : record::hold_line(segment))));
  CB_CHECK(faults::step("bridge held"));
  auto make = [&]() -> Result<> {
    CB_TRY(link, make_bridge(host, cable));
    return cable.vlans.empty() ? Result<>() : make_vlans(host, cable, *link, true);
  };
  auto made = make();
  if (made) return !was_held;
  if (!was_held) CB_CHECK(registry.append(record::unhold_line(segment)));
  CB_CHECK(remove_remains(registry, host).map([](auto&&) {}));
  return pass(std::move(made.error()));
}

Result<bool> release_bridge(Registry& registry, const model::Cable& cable) {
  CB_TRY(Fd lock, lock_bridges(registry));
  CB_TRY(const State* state, registry.refresh());
  const record::Segment segment = segment_of(cable);
  const bool is_held = state->held.contains(segment);
  if (!is_held && !state->bridges.contains(cable.bridge)) return false;
  for (const auto& [id, made] : state->cables) {
    const bool is_on = made.segment() == model::segment_of(cable.bridge, cable.vlans);
    const model::Jail* jail = is_on ? state->snapshot.find(id.jid) : nullptr;
    if (jail && is_alive(*state, *jail) && !is_held) return false;
    if (jail && is_alive(*state, *jail)) return fail(Why::busy, "bridge: {}: jail {} is on it", made.segment(), jail->prison.name);
  }
  if (is_held) CB_CHECK(registry.append(record::unhold_line(segment)));  // else somebody was killed behind this
  CB_CHECK(faults::step("bridge released"));
  CB_TRY(net::Network host, net::Network::open());
  CB_CHECK(remove_remains(registry, host).map([](auto&&) {}));
  return true;
}

}  // namespace cellblock::kernel
