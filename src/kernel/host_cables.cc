#include <algorithm>
#include <utility>

#include "kernel/cable_laying.hpp"
#include "kernel/cable_remains.hpp"
#include "kernel/cable_rules.hpp"
#include "kernel/faults.hpp"
#include "kernel/host_links.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

using model::Cable;
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

Result<> HostLinks::check(const Cable& cable, JailId own) {
  CB_TRY(net::Network * network, host());
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(const State* state, record->refresh());
  CB_TRY(Found found, look(*network, *state, cable, own));
  if (found.bridge) {
    CB_TRY(std::vector<net::Address> addresses, network->addresses(found.bridge->index));
    for (const auto& one : cable.addresses)
      if (std::ranges::any_of(addresses, [&](const net::Address& is) { return is.ip.text() == one.address; }))
        return fail(Why::exists, "net.address: {}: bridge {} has it", one.address, cable.bridge);
  }
  CB_CHECK(check_taken(*state, cable, own));
  CB_CHECK(check_ports_of_host(cable));
  Cable chosen = cable;
  return choose_addresses(*network, *state, chosen, found.bridge ? &*found.bridge : nullptr, own);
}

Result<> HostLinks::connect(const Cable& wanted, JailId jid, pid_t keeper) {
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(net::Network * network, host());
  CB_TRY(Fd there, net::network_of(keeper));
  CB_TRY(Fd lock, lock_bridges(*record));
  CB_TRY(const State* before, record->refresh());
  CB_TRY(Found found, look(*network, *before, wanted));
  if (before->cables.size() >= many_cables && !std::exchange(has_room_, true)) (void)net::make_room_for_neighbours();
  Cable cable = wanted;
  CB_CHECK(choose_addresses(*network, *before, cable, found.bridge ? &*found.bridge : nullptr, jid));
  const bool is_ours = !found.bridge || before->bridges.contains(cable.bridge);
  auto announce = [&](const State& state) -> Result<std::string> {
    CB_CHECK(check_taken(state, cable, jid));
    return (found.bridge ? "" : record::bridge_line(cable.bridge)) + lines_for(cable, jid, fingerprint(wanted));
  };
  CB_CHECK(record->update(announce));
  auto make = [&]() -> Result<> {
    CB_CHECK(faults::step("cable announced"));
    if (found.remains) CB_CHECK(put_aside(*network, *found.remains), "interface {}", cable.near);
    if (!found.bridge) {
      CB_TRY(found.bridge, make_bridge(*network, cable));
    }
    CB_CHECK(lay(*network, conf_.get(), cable, *found.bridge, there.get()), "net.bridge: cable {} to {}", cable.near, cable.bridge);
    CB_CHECK(faults::step("cable laid"));
    CB_CHECK(furnish(settings_, cable, there.get()));
    CB_CHECK(add_rules(*record, jid), "net.nat, net.forward");
    joining_.push_back(net::set_master(cable.near, found.bridge->index));
    if (cable.isolated) joining_.push_back(net::set_port(cable.near, {.isolated = true}));
    joining_jails_.push_back(jid);
    return !is_ours || joining_jails_.size() >= most_joining ? join() : Result<>();
  };
  Result<> made = make();
  if (!made) (void)record->append(record::uncable_line(jid)).and_then([&] { return remove_remains(*record, *network); });
  return made;
}

Result<> HostLinks::join() {
  if (joining_.empty()) return {};
  CB_TRY(net::Network * network, host());
  const std::vector<net::Request> requests = std::exchange(joining_, {});
  const std::vector<JailId> jids = std::exchange(joining_jails_, {});
  CB_TRY(std::vector<Result<>> outcomes, network->change(requests));
  for (Result<>& outcome : outcomes)  // those of this batch stay unjoined in the record: the next command tries again, each alone
    if (!outcome && outcome.error().why != Why::absent) return pass(outcome.error(), "net.bridge");
  faults::passed("cables joined");
  CB_TRY(Registry * record, registry_.get());
  return record->append(record::joined_line(jids));
}

/// The cable goes with the jail; on the host its end is one of many to be taken away together.
Result<> HostLinks::disconnect(JailId) {
  disconnected_ = true;
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
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(const State* state, record->refresh());
  auto found = state->cables.find(jid);
  return found != state->cables.end() && !state->unjoined.contains(jid) && found->second.like == fingerprint(cable);
}

}  // namespace cellblock::kernel
