#include "own_jail.hpp"

#include <sys/socket.h>

#include <algorithm>

#include "base/fd.hpp"
#include "kernel/open.hpp"

namespace cellblock::bsd {

// A jail that answers no questions about itself is still a jail: then only `jailed` is right.
OwnJail own_jail() {
  OwnJail own;
  own.jailed = kernel::jailed();
  if (!own.jailed) return own;
  auto jails = kernel::open_jails();
  if (!jails) return own;
  if (auto self = (*jails)->find("0")) own.prison = self->prison;
  if (auto below = (*jails)->get()) own.jails = static_cast<int>(below->jails.size());
  return own;
}

bool has_family(bool v6) { return static_cast<bool>(Fd(::socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0))); }

void keep_own_addresses(std::vector<net::Address>& addresses) {
  if (!kernel::jailed()) return;
  const bool family[] = {has_family(false), has_family(true)};
  std::erase_if(addresses, [&family](const net::Address& address) { return !family[address.ip.v6]; });
  const model::Prison prison = own_jail().prison;
  bool restricted = prison.ip4 == model::Sys::fresh || prison.ip6 == model::Sys::fresh;
  if (prison.vnet == model::Sys::fresh || !restricted) return;
  std::erase_if(addresses, [&prison](const net::Address& address) {
    bool v6 = address.ip.v6;
    if ((v6 ? prison.ip6 : prison.ip4) == model::Sys::inherit) return false;
    return std::ranges::count(v6 ? prison.ip6_addr : prison.ip4_addr, address.ip.text()) == 0;
  });
}

}  // namespace cellblock::bsd
