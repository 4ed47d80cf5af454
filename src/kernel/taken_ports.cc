// Ports that net.forward can't have.
#include <netinet/in.h>

#include <algorithm>

#include "base/text.hpp"
#include "bpf/asked_sockets.hpp"
#include "kernel/cable_rules.hpp"
#include "kernel/notification.hpp"
#include "kernel/strays.hpp"
#include "net/ip.hpp"
#include "sys/file.hpp"
#include "sys/sock_diag.hpp"
#include "sys/socket_holder.hpp"

namespace cellblock::kernel {
namespace {

using model::Forward;
using record::State;

/// Whose it is, as people are told: "sshd (pid 812) of jail web".
std::string holder_of(uint32_t inode, const State& state) {
  std::string text;
  auto looked = sys::each_socket_holder([&](int) { return text.empty(); }, [&](int proc, int pid, int, uint32_t held) {
    if (held != inode) return;
    std::string name = sys::read_file_at(proc, fmt::format("{}/comm", pid).c_str()).value_or("?");
    const std::string group = sys::read_file_at(proc, fmt::format("{}/cgroup", pid).c_str()).value_or("");
    const model::Jail* jail = state.snapshot.find(jail_in_cgroup(group, state.snapshot));
    text = fmt::format("{} (pid {}) of {}", trim(name), pid, jail ? "jail " + jail->prison.name : "the host");
  });
  return looked && !text.empty() ? text : "the kernel of the host";
}

net::Ip address_of(const sys::Socket& socket) {
  net::Ip ip{socket.v6, socket.address};
  if (!socket.v6) std::fill(ip.bytes.begin() + 4, ip.bytes.end(), 0);
  return ip;
}

bool is_loopback(const net::Ip& ip) { return ip.v6 ? ip.text() == "::1" : ip.bytes[0] == 127; }

/// Whether what comes to the socket would be led away from it.
bool takes_from(const Forward& forward, const sys::Socket& socket, bool v4, bool v6) {
  if ((socket.protocol == IPPROTO_UDP) != forward.udp || socket.port < forward.first || socket.port > forward.last) return false;
  const net::Ip ip = address_of(socket);
  if (is_loopback(ip)) return false;
  if (!socket.every_address()) return forward.host.empty() ? (socket.v6 ? v6 : v4) : ip.text() == forward.host;
  const bool to4 = forward.host.empty() ? v4 : !forward.host.contains(':');
  const bool to6 = forward.host.empty() ? v6 : forward.host.contains(':');
  return socket.v6 ? to6 || (to4 && !socket.v6_only) : to4;
}

bool has_family(const model::Cable& cable, bool v6) {
  auto same = [v6](const std::string& address) { return address.contains(':') == v6; };
  return std::ranges::any_of(cable.addresses, same, &model::CableAddress::address) ||
         std::ranges::any_of(cable.ranges, same, &model::Range::first);
}

Result<> check_jails(const State& state, const Forward& forward, Own own) {
  for (const auto& [id, made] : state.cables) {
    const bool clashes = std::ranges::any_of(made.rules.forwards, [&](const Forward& other) { return collide(other, forward); });
    const model::Jail* jail = clashes && std::ranges::find(own, id) == own.end() ? state.snapshot.find(id.jid) : nullptr;
    if (jail && is_alive(state, *jail))
      return fail(Why::exists, "net.forward: {}: jail {} has it", model::place_of(forward), jail->prison.name);
  }
  return {};
}

}  // namespace

Result<> check_ports_of_jails(const State& state, const model::Cable& cable, Own own) {
  for (const Forward& forward : cable.rules.forwards) CB_CHECK(check_jails(state, forward, own));
  return {};
}

Result<> check_ports_of_host(const State& state, const model::Cable& cable) {
  if (cable.rules.forwards.empty()) return {};
  CB_TRY(std::vector<sys::Socket> sockets, bpf::waiting_sockets());
  const bool v4 = has_family(cable, false), v6 = has_family(cable, true);
  for (const Forward& forward : cable.rules.forwards) {
    auto taken = std::ranges::find_if(sockets, [&](const sys::Socket& one) { return takes_from(forward, one, v4, v6); });
    if (taken != sockets.end())
      return fail(Why::exists, "net.forward: {}: {} listens at port {}", model::place_of(forward), holder_of(taken->inode, state), taken->port);
  }
  return {};
}

}  // namespace cellblock::kernel
