#include "kernel/host_links.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>

#include <cerrno>

#include "sys/file.hpp"
#include "sys/netlink.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

using sys::netlink::Request;

Result<unsigned> index_of(const std::string& interface) {
  unsigned index = ::if_nametoindex(interface.c_str());
  if (index == 0) return fail(Why::absent, "interface {} does not exist", interface);
  return index;
}

Result<Request> address_request(uint16_t type, uint16_t flags, const std::string& interface,
                                const std::string& address, int prefix) {
  unsigned char bytes[16];
  int family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if (::inet_pton(family, address.c_str(), bytes) != 1) return fail(Why::invalid, "not an IP address: {}", address);
  CB_TRY(unsigned index, index_of(interface));
  size_t size = family == AF_INET ? 4 : 16;
  ifaddrmsg fixed{};
  fixed.ifa_family = static_cast<uint8_t>(family);
  fixed.ifa_prefixlen = static_cast<uint8_t>(prefix);
  fixed.ifa_flags = family == AF_INET6 ? IFA_F_NODAD : 0;  // usable at once, as FreeBSD's aliases are for jails
  fixed.ifa_index = index;
  Request request(type, flags);
  request.header(fixed).attribute(IFA_LOCAL, bytes, size).attribute(IFA_ADDRESS, bytes, size);
  return request;
}

/// Runs `work` in the network namespace of process `pid`.
template <class Work>
Result<> in_network_of(pid_t pid, Work work) {
  CB_TRY(Fd own, sys::open("/proc/self/ns/net", O_RDONLY));
  CB_TRY(Fd other, sys::open_process(pid));
  if (::setns(other.get(), CLONE_NEWNET) < 0) return sys_fail(errno, "setns net");
  Result<> done = work(own.get());
  if (::setns(own.get(), CLONE_NEWNET) < 0) return sys_fail(errno, "setns net back");
  return done;
}

Result<> move_to(const std::string& interface, int network) {
  CB_TRY(unsigned index, index_of(interface));
  ifinfomsg fixed{};
  fixed.ifi_index = static_cast<int>(index);
  return Request(RTM_NEWLINK, 0).header(fixed).attribute(IFLA_NET_NS_FD, static_cast<uint32_t>(network)).send();
}

}  // namespace

Result<> HostLinks::add_alias(const std::string& interface, const std::string& address, int prefix) {
  CB_TRY(Request request, address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, interface, address, prefix));
  CB_CHECK(request.send(), "{}: address {}/{}", interface, address, prefix);
  return {};
}

Result<> HostLinks::remove_alias(const std::string& interface, const std::string& address, int prefix) {
  CB_TRY(Request request, address_request(RTM_DELADDR, 0, interface, address, prefix));
  auto sent = request.send();
  if (!sent && sent.error().sys != EADDRNOTAVAIL) return pass(sent.error(), "{}: address {}", interface, address);
  return {};
}

Result<> HostLinks::move_in(const std::string& interface, pid_t keeper) {
  CB_TRY(Fd network, sys::open(fmt::format("/proc/{}/ns/net", keeper), O_RDONLY));
  CB_CHECK(move_to(interface, network.get()), "vnet.interface {}", interface);
  return {};
}

Result<> HostLinks::move_back(const std::string& interface, pid_t keeper) {
  return in_network_of(keeper, [&](int home) { return move_to(interface, home); });
}

}  // namespace cellblock::kernel
