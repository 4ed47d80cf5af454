// socket(2) on a jail's behalf: what its own rights or its own network would not give it as FreeBSD does.
//
//   netlink       made where only the jail's addresses are (shadow.hpp)
//   raw           by allow.raw_sockets, for the jail's root; it sends from the jail's primary address
//   ping          the same, by the rights of the caller's groups
//   other families  by allow.socket_af
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.hpp"
#include "kernel/jail_addresses.hpp"
#include "kernel/policy.hpp"
#include "kernel/serve.hpp"
#include "kernel/shadow.hpp"
#include "sys/cgroup.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

using model::Allow;
using model::Jail;

struct Wanted {
  int family, type, protocol;
  bool is_raw() const { return (type & 0xf) == SOCK_RAW; }
  bool is_ping() const { return (type & 0xf) == SOCK_DGRAM && (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6); }
};

Result<Fd> network_of(const Notification& call) {
  CB_TRY(Fd network, sys::open(fmt::format("/proc/{}/ns/net", call.pid()), O_RDONLY));
  if (!call.valid()) return bare_fail(ESRCH);
  return network;
}

/// The caller's effective group and its other ones, as the host numbers them.
std::vector<gid_t> groups_of(const Notification& call) {
  std::vector<gid_t> groups;
  auto status = sys::read_file(fmt::format("/proc/{}/status", call.pid()));
  if (!status || !call.valid()) return groups;
  std::vector<std::string> own = sys::status_words(*status, "Gid");
  for (const std::string& word : sys::status_words(*status, "Groups"))
    if (auto group = parse_int(word)) groups.push_back(static_cast<gid_t>(*group));
  if (own.size() >= 2)
    if (auto group = parse_int(own[1])) groups.insert(groups.begin(), static_cast<gid_t>(*group));
  return groups;
}

/// The caller's cgroup: the jail's own or one below, whose programs have their say about its sockets, too (exec.fib).
std::string group_of(const Notification& call, const std::string& jails_own) {
  auto text = sys::read_file(fmt::format("/proc/{}/cgroup", call.pid()));
  std::string_view rest = text ? std::string_view(*text) : "";
  while (!rest.empty()) {
    std::string_view line = take_part(rest, '\n');
    size_t at = line.starts_with("0::") ? line.find("/" + jails_own + "/") : line.npos;
    if (at != line.npos) return std::string(line.substr(at + 1));
  }
  return jails_own;
}

/// Made by a process in `network`, and in the cgroup that the rules on packets go by. With `groups` by their right.
Result<Fd> make_in(int network, int cgroup, const Wanted& wanted, const std::vector<gid_t>* groups) {
  int made = -1, error = 0;
  CB_CHECK(sys::run_sharing([&] {
    bool there = ::setns(network, CLONE_NEWNET) == 0;
    // Past the C library's wrappers, which would change the threads of the process whose memory this is.
    if (there && groups)
      there = !groups->empty() && ::syscall(SYS_setgroups, groups->size(), groups->data()) == 0 &&
              ::syscall(SYS_setresgid, groups->front(), groups->front(), groups->front()) == 0;
    made = there ? ::socket(wanted.family, wanted.type | SOCK_CLOEXEC, wanted.protocol) : -1;
    error = errno;
  }, cgroup));
  if (made < 0) return bare_fail(error);
  return Fd(made);
}

/// The source of what it sends: the jail's primary address. A raw socket can be bound anew.
void bind_to_primary(const Fd& socket, int family, const model::Prison& prison) {
  if (family == AF_INET && !prison.ip4_addr.empty()) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (::inet_pton(AF_INET, plain_address(prison.ip4_addr[0]).c_str(), &address.sin_addr) == 1)
      (void)::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  } else if (family == AF_INET6 && !prison.ip6_addr.empty()) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    if (::inet_pton(AF_INET6, plain_address(prison.ip6_addr[0]).c_str(), &address.sin6_addr) == 1)
      (void)::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
}

Result<Fd> internet_socket(const Notification& call, const Jail& jail, const Wanted& wanted) {
  if (wanted.is_raw() && (!model::allowed(jail.prison.allow, Allow::raw_sockets) || !call.by_root_of(jail))) return bare_fail(EPERM);
  CB_TRY(Fd groups, sys::open_cgroup_root(std::string(home_path) + "/cgroup"));
  CB_TRY(Fd group, sys::open_at(groups.get(), group_of(call, jail.runtime.cgroup).c_str(), O_RDONLY | O_DIRECTORY));
  CB_TRY(Fd network, network_of(call));
  const std::vector<gid_t> rights = groups_of(call);
  CB_TRY(Fd socket, make_in(network.get(), group.get(), wanted, wanted.is_raw() ? nullptr : &rights));
  bind_to_primary(socket, wanted.family, jail.prison);
  return socket;
}

/// The kinds that tell of a network and its sockets.
bool tells_of_network(int protocol) {
  for (int one : {NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_NETFILTER, NETLINK_XFRM, NETLINK_FIB_LOOKUP, NETLINK_GENERIC})
    if (one == protocol) return true;
  return false;
}

Result<Fd> netlink_socket(const Notification& call, const Jail& jail, const Wanted& wanted) {
  CB_TRY(Home home, Home::open(false));
  CB_TRY(Fd network, network_of(call));
  CB_TRY(Fd shadow, shadow_network(home, jail, network.get()));
  return make_in(shadow.get(), -1, wanted, nullptr);
}

Result<> give(const Notification& call, const Wanted& wanted, Result<Fd> socket) {
  if (!socket) return pass(socket.error());
  CB_TRY(int number, call.inject(socket->get(), (wanted.type & SOCK_CLOEXEC) != 0));
  call.succeed(number);
  return {};
}

}  // namespace

Result<> serve_socket(const Notification& call, const Jail& jail) {
  const Wanted wanted{static_cast<int>(call.argument(0)), static_cast<int>(call.argument(1)), static_cast<int>(call.argument(2))};
  const bool restricted = is_restricted(jail.prison);
  if (wanted.family == AF_INET || wanted.family == AF_INET6) {
    if (wanted.is_raw() || (restricted && wanted.is_ping())) return give(call, wanted, internet_socket(call, jail, wanted));
  } else if (wanted.family == AF_NETLINK) {
    if (restricted && tells_of_network(wanted.protocol)) return give(call, wanted, netlink_socket(call, jail, wanted));
  } else if (!model::allowed(jail.prison.allow, Allow::socket_af)) {
    return bare_fail(EPROTONOSUPPORT);
  }
  call.proceed();
  return {};
}

}  // namespace cellblock::kernel
