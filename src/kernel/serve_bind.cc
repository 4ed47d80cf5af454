// bind(2) on a jail's behalf, by FreeBSD's rules (prison_local_ip4, prison_local_ip6): an address that is not the
// jail's is EADDRNOTAVAIL; the wildcard of a jail with one address, and the loopback address, become its first.
// The warden binds a copy of the caller's socket, so the address that was checked is the one that is bound.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/text.hpp"
#include "kernel/serve.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

using model::Jail;
using model::Sys;

/// "em0|10.0.0.1/24 ..." is the address between the bar and the slash.
std::string plain_address(const std::string& written) {
  size_t bar = written.find('|');
  std::string_view text = std::string_view(written).substr(bar == std::string::npos ? 0 : bar + 1);
  return std::string(text.substr(0, text.find_first_of("/ ")));
}

template <class Address>
std::vector<Address> parse(int family, const std::vector<std::string>& written) {
  std::vector<Address> addresses;
  for (const std::string& text : written) {
    Address address;
    if (::inet_pton(family, plain_address(text).c_str(), &address) == 1) addresses.push_back(address);
  }
  return addresses;
}

/// 0, or the errno of a refusal; `asked` becomes what is to be bound.
template <class Address>
int restrict_to(const std::vector<Address>& own, Address& asked, bool wildcard, bool loopback) {
  if (own.empty()) return EADDRNOTAVAIL;
  auto is = [&](const Address& address) { return std::memcmp(&address, &asked, sizeof asked) == 0; };
  if (std::any_of(own.begin(), own.end(), is)) return 0;
  if (wildcard && own.size() > 1) return 0;
  if (!wildcard && !loopback) return EADDRNOTAVAIL;
  asked = own.front();
  return 0;
}

int restrict_ip4(const Jail& jail, sockaddr_in& address) {
  if (jail.prison.ip4 != Sys::fresh) return 0;
  in_addr_t asked = ntohl(address.sin_addr.s_addr);
  return restrict_to(parse<in_addr>(AF_INET, jail.prison.ip4_addr), address.sin_addr, asked == INADDR_ANY,
                     asked == INADDR_LOOPBACK);
}

int restrict_ip6(const Jail& jail, sockaddr_in6& address) {
  if (jail.prison.ip6 != Sys::fresh) return 0;
  return restrict_to(parse<in6_addr>(AF_INET6, jail.prison.ip6_addr), address.sin6_addr,
                     IN6_IS_ADDR_UNSPECIFIED(&address.sin6_addr) != 0, IN6_IS_ADDR_LOOPBACK(&address.sin6_addr) != 0);
}

/// What is to become of an address: bound by the warden, left to the caller, or refused with an errno.
struct Decision {
  bool bind = false;
  int refusal = 0;
};

Decision decide(const Jail& jail, bool root, sockaddr_storage& address, size_t length) {
  Decision decision;
  uint16_t port = 0;
  bool restricted = false;
  if (address.ss_family == AF_INET && length >= sizeof(sockaddr_in)) {
    auto& ip4 = reinterpret_cast<sockaddr_in&>(address);
    decision.refusal = restrict_ip4(jail, ip4);
    port = ntohs(ip4.sin_port);
    restricted = jail.prison.ip4 == Sys::fresh;
  } else if (address.ss_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    auto& ip6 = reinterpret_cast<sockaddr_in6&>(address);
    decision.refusal = restrict_ip6(jail, ip6);
    port = ntohs(ip6.sin6_port);
    restricted = jail.prison.ip6 == Sys::fresh;
  } else {
    return decision;
  }
  bool reserved = port > 0 && port < 1024;
  bool may_reserve = model::allowed(jail.prison.allow, model::Allow::reserved_ports) && root;
  if (!decision.refusal && reserved && !may_reserve) decision.refusal = EACCES;
  decision.bind = restricted || reserved;
  return decision;
}

Result<> bind_copy(const Notification& call, const sockaddr_storage& address, size_t length) {
  CB_TRY(Fd process, sys::open_process(call.pid()));
  Fd socket(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), call.argument(0), 0)));
  if (!socket) return bare_fail(errno);
  if (!call.valid()) return bare_fail(ESRCH);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(length)) < 0)
    return bare_fail(errno);
  return {};
}

}  // namespace

void serve_bind(const Notification& call, const Jail& jail) {
  size_t length = call.argument(2);
  sockaddr_storage address{};
  if (length < sizeof(sa_family_t) || length > sizeof address) return call.proceed();
  auto bytes = call.read_memory(call.argument(1), length);
  if (!bytes) return call.refuse(EFAULT);
  std::memcpy(&address, bytes->data(), length);
  Decision decision = decide(jail, call.by_root_of(jail), address, length);
  if (decision.refusal) return call.refuse(decision.refusal);
  if (!decision.bind) return call.proceed();
  auto bound = bind_copy(call, address, length);
  return bound ? call.succeed(0) : call.refuse(bound.error().sys);
}

}  // namespace cellblock::kernel
