#include "kernel/host_links.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "kernel/faults.hpp"
#include "kernel/lent.hpp"
#include "kernel/process_mark.hpp"
#include "kernel/strays.hpp"
#include "sys/netlink.hpp"

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

/// The one way of writing it: the journal's addresses are compared as text with those of jails.
std::string as_shown(const std::string& address) {
  unsigned char bytes[16];
  char text[INET6_ADDRSTRLEN] = "";
  int family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  bool good = ::inet_pton(family, address.c_str(), bytes) == 1 && ::inet_ntop(family, bytes, text, sizeof text);
  return good ? text : address;
}

/// Whether a socket can be bound to it: the kernel's answer is as fast with a thousand addresses as with one.
bool may_be_local(const std::string& address) {
  bool is_ip4 = address.find(':') == std::string::npos;
  Fd socket(::socket(is_ip4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in ip4{};
  sockaddr_in6 ip6{};
  ip4.sin_family = AF_INET;
  ip6.sin6_family = AF_INET6;
  void* bytes = is_ip4 ? static_cast<void*>(&ip4.sin_addr) : &ip6.sin6_addr;
  if (!socket || ::inet_pton(is_ip4 ? AF_INET : AF_INET6, address.c_str(), bytes) != 1) return true;
  auto* name = is_ip4 ? reinterpret_cast<sockaddr*>(&ip4) : reinterpret_cast<sockaddr*>(&ip6);
  return ::bind(socket.get(), name, is_ip4 ? sizeof ip4 : sizeof ip6) == 0 || errno != EADDRNOTAVAIL;
}

/// Whether the interface has the address already.
bool has_address(const std::string& interface, const std::string& address) {
  if (!may_be_local(address)) return false;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) < 0) return false;
  bool found = false;
  for (ifaddrs* each = all; each && !found; each = each->ifa_next) {
    int family = each->ifa_addr && interface == each->ifa_name ? each->ifa_addr->sa_family : AF_UNSPEC;
    char text[INET6_ADDRSTRLEN] = "";
    unsigned char wanted[16], has[16];
    if (family == AF_INET)
      ::inet_ntop(family, &reinterpret_cast<sockaddr_in*>(each->ifa_addr)->sin_addr, text, sizeof text);
    else if (family == AF_INET6)
      ::inet_ntop(family, &reinterpret_cast<sockaddr_in6*>(each->ifa_addr)->sin6_addr, text, sizeof text);
    found = *text && ::inet_pton(family, text, has) == 1 && ::inet_pton(family, address.c_str(), wanted) == 1 &&
            std::memcmp(has, wanted, family == AF_INET ? 4 : 16) == 0;
  }
  ::freeifaddrs(all);
  return found;
}

Result<net::Link> link_of(net::Network& network, const std::string& interface) {
  auto link = network.link(interface);
  if (link || link.error().why != Why::absent) return link;
  return fail(Why::absent, "interface {} does not exist", interface);
}

/// The address of a jail that has ended by itself, which the next jail may want with another mask.
Result<bool> remove_stray(Registry& registry, const std::string& interface, const std::string& address) {
  CB_TRY(const record::State* state, registry.refresh());
  auto made = std::ranges::find_if(state->aliases, [&](const auto& one) { return one.interface == interface && one.address == address; });
  if (made == state->aliases.end() || is_alive(made->owner)) return false;
  auto has_it = [&](const auto& each) {
    const model::Prison& prison = each.second.prison;
    const auto& addresses = address.find(':') == address.npos ? prison.ip4_addr : prison.ip6_addr;
    return std::ranges::find(addresses, address) != addresses.end() && is_alive(*state, each.second);
  };
  if (std::ranges::any_of(state->snapshot.jails, has_it)) return false;
  const record::AliasMade stray = *made;
  CB_CHECK(delete_address(stray.interface, stray.address, stray.prefix));
  CB_CHECK(registry.append(record::unalias_line(stray)));
  return true;
}

}  // namespace

Result<bool> delete_address(const std::string& interface, const std::string& address, int prefix) {
  CB_TRY(Request request, address_request(RTM_DELADDR, 0, interface, address, prefix));
  auto sent = request.send();
  if (!sent && sent.error().sys == EADDRNOTAVAIL) return false;
  if (!sent) return pass(sent.error(), "{}: address {}", interface, address);
  return true;
}

/// What was there before is nobody's to take away: it stays out of the journal.
Result<> HostLinks::add_alias(const std::string& interface, const std::string& address, int prefix) {
  CB_TRY(Request request, address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, interface, address, prefix));
  CB_TRY(Registry * record, registry_.get());
  const record::AliasMade alias{this_process(), interface, as_shown(address), prefix};
  if (has_address(interface, address)) {
    CB_TRY(bool freed, remove_stray(*record, interface, alias.address));
    if (!freed) return sys_fail(EEXIST, "{}: address {}/{}", interface, address, prefix);
  }
  CB_CHECK(record->append(record::alias_line(alias)));
  Result<> added = faults::step("alias announced");
  if (added) added = request.send();
  if (!added) CB_CHECK(record->append(record::unalias_line(alias)));
  faults::passed("alias added");
  CB_CHECK(std::move(added), "{}: address {}/{}", interface, address, prefix);
  return {};
}

Result<> HostLinks::remove_alias(const std::string& interface, const std::string& address, int prefix) {
  CB_TRY(Registry * record, registry_.get());
  CB_CHECK(faults::step("alias"));
  CB_CHECK(delete_address(interface, address, prefix));
  faults::passed("alias removed");
  CB_TRY(const record::State* state, record->refresh());
  for (const record::AliasMade& made : state->aliases)
    if (made.interface == interface && made.address == as_shown(address)) return record->append(record::unalias_line(made));
  return {};
}

Result<> HostLinks::move_in(const std::string& interface, const model::Jail& jail) {
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(net::Network home, net::Network::open());
  CB_TRY(net::Link link, link_of(home, interface));
  return lend_to(*record, home, link, 0, jail);
}

Result<> HostLinks::move_back(const std::string& interface, const model::Jail& jail) {
  CB_TRY(Registry * record, registry_.get());
  return take_back(*record, jail, interface).map([](bool) {});
}

}  // namespace cellblock::kernel
