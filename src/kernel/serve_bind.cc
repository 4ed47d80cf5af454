// bind(2) on a jail's behalf, by FreeBSD's rules (prison_local_ip4, prison_local_ip6): an address that is not the
// jail's is EADDRNOTAVAIL; the wildcard of a jail with one address, and the loopback address, become its first.
// The warden binds a copy of the caller's socket, so the address that was checked is the one that is bound.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "base/text.hpp"
#include "kernel/as_caller.hpp"
#include "kernel/policy.hpp"
#include "kernel/serve.hpp"

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

bool has_some(Sys of_family, const std::vector<std::string>& addresses) {
  return of_family == Sys::fresh || !addresses.empty();
}

int restrict_ip4(const Jail& jail, in_addr& address) {
  if (!has_some(jail.prison.ip4, jail.prison.ip4_addr)) return jail.prison.ip4 == Sys::disable ? EADDRNOTAVAIL : 0;
  in_addr_t asked = ntohl(address.s_addr);
  return restrict_to(parse<in_addr>(AF_INET, jail.prison.ip4_addr), address, asked == INADDR_ANY, asked == INADDR_LOOPBACK);
}

int restrict_ip6(const Jail& jail, in6_addr& address) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    in_addr ip4;
    std::memcpy(&ip4, address.s6_addr + 12, sizeof ip4);
    int refusal = restrict_ip4(jail, ip4);
    std::memcpy(address.s6_addr + 12, &ip4, sizeof ip4);
    return refusal;
  }
  if (!has_some(jail.prison.ip6, jail.prison.ip6_addr)) return jail.prison.ip6 == Sys::disable ? EADDRNOTAVAIL : 0;
  return restrict_to(parse<in6_addr>(AF_INET6, jail.prison.ip6_addr), address, IN6_IS_ADDR_UNSPECIFIED(&address) != 0,
                     IN6_IS_ADDR_LOOPBACK(&address) != 0);
}

/// One call: the socket is a copy of the caller's and the address its bytes, so that neither changes any more.
struct Bind {
  Fd socket;
  int domain = 0;
  sockaddr_storage address{};
  size_t length = 0;
  uint16_t port = 0;
  bool only_ip6 = false;  ///< the wildcard of both families would be more than the jail has
};

/// As the kernel reads an address, which is more lenient than its manual. 0, or its errno.
int read_ip4(const Jail& jail, Bind& bind) {
  auto& ip4 = reinterpret_cast<sockaddr_in&>(bind.address);
  if (bind.length < sizeof ip4) return EINVAL;
  if (ip4.sin_family != AF_INET && (ip4.sin_family != AF_UNSPEC || ip4.sin_addr.s_addr != htonl(INADDR_ANY))) return EAFNOSUPPORT;
  ip4.sin_family = AF_INET;
  bind.length = sizeof ip4;
  bind.port = ntohs(ip4.sin_port);
  return restrict_ip4(jail, ip4.sin_addr);
}

int read_ip6(const Jail& jail, Bind& bind) {
  auto& ip6 = reinterpret_cast<sockaddr_in6&>(bind.address);
  constexpr size_t without_scope = offsetof(sockaddr_in6, sin6_scope_id);
  if (bind.length < without_scope) return EINVAL;
  if (ip6.sin6_family != AF_INET6) return EAFNOSUPPORT;
  if (bind.length < sizeof ip6) ip6.sin6_scope_id = 0;
  bind.length = sizeof ip6;
  bind.port = ntohs(ip6.sin6_port);
  int refusal = restrict_ip6(jail, ip6.sin6_addr);
  bool some_ip4 = jail.prison.ip4 == Sys::disable || has_some(jail.prison.ip4, jail.prison.ip4_addr);
  bind.only_ip6 = some_ip4 && IN6_IS_ADDR_UNSPECIFIED(&ip6.sin6_addr);
  return refusal;
}

Result<Bind> read_call(const Notification& call) {
  Bind bind;
  bind.length = call.argument(2) & 0xffffffff;
  if (bind.length > sizeof bind.address) return bare_fail(EINVAL);
  auto bytes = call.read_memory(call.argument(1), bind.length);
  if (!bytes) return bare_fail(EFAULT);
  std::memcpy(&bind.address, bytes->data(), bind.length);
  CB_TRY(bind.socket, call.descriptor(call.argument(0) & 0xffffffff));
  socklen_t size = sizeof bind.domain;
  if (::getsockopt(bind.socket.get(), SOL_SOCKET, SO_DOMAIN, &bind.domain, &size) < 0) return bare_fail(errno);
  return bind;
}

Result<> carry_out(const Bind& bind) {
  const int yes = 1;
  if (bind.only_ip6 && ::setsockopt(bind.socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) < 0) return bare_fail(errno);
  auto* address = reinterpret_cast<const sockaddr*>(&bind.address);
  if (::bind(bind.socket.get(), address, static_cast<socklen_t>(bind.length)) < 0) return bare_fail(errno);
  return {};
}

/// A local or netlink socket: by the caller's own rights, for the caller could make it another one after the check.
void bind_as_caller(const Notification& call, const Jail& jail, const Bind& bind) {
  pid_t child = ::fork();
  if (child > 0) return;
  if (child < 0) return call.refuse(EAGAIN);
  Result<> done = become_caller(call, jail);
  if (done) done = carry_out(bind);
  done ? call.succeed(0) : call.refuse(done.error().sys);
  ::_exit(0);
}

}  // namespace

void serve_bind(const Notification& call, const Jail& jail) {
  bool restricted = is_restricted(jail.prison);
  auto leave_or = [&](int error) { restricted ? call.refuse(error) : call.proceed(); };
  auto bind = read_call(call);
  if (!bind) return leave_or(bind.error().sys);
  if (bind->domain != AF_INET && bind->domain != AF_INET6)
    return restricted ? bind_as_caller(call, jail, *bind) : call.proceed();
  if (int error = bind->domain == AF_INET ? read_ip4(jail, *bind) : read_ip6(jail, *bind)) return leave_or(error);
  bool reserved = bind->port > 0 && bind->port < 1024;
  bool may_reserve = model::allowed(jail.prison.allow, model::Allow::reserved_ports) && call.by_root_of(jail);
  if (reserved && !may_reserve) return call.refuse(EACCES);
  if (!restricted && !reserved) return call.proceed();
  auto bound = carry_out(*bind);
  return bound ? call.succeed(0) : call.refuse(bound.error().sys);
}

}  // namespace cellblock::kernel
