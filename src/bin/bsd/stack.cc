#include "stack.hpp"

#include <cerrno>

#include "applet.hpp"
#include "ifconfig_text.hpp"
#include "kernel/open.hpp"

namespace cellblock::bsd {

Result<Fd> network_of_jail(std::string_view word) {
  CB_TRY(std::unique_ptr<port::Jails> jails, kernel::open_jails());
  CB_TRY(model::Jail jail, jails->find(word));
  if (jail.prison.vnet != model::Sys::fresh)
    return fail(Why::invalid, "jail \"{}\" has no network stack of its own (vnet)", jail.prison.name);
  if (jail.runtime.keeper <= 0) return fail(Why::unsupported, "jail \"{}\" can't be reached from here", jail.prison.name);
  return net::network_of(jail.runtime.keeper);
}

Result<net::Network> open_stack(std::string_view word) {
  if (word.empty()) return net::Network::open();
  CB_TRY(Fd network, network_of_jail(word));
  CB_CHECK(net::enter_network(network.get()));
  return net::Network::open();
}

Result<net::Link> find_link(net::Network& network, std::string_view shown) {
  auto link = network.link(kernel_name(shown));
  // Somebody may have given the loopback FreeBSD's name already.
  if (!link && link.error().sys == ENODEV && shown == "lo0") link = network.link(shown);
  bool other_name = link && link->name != kernel_name(shown) && link->name != shown;
  if ((link && !other_name) || (!link && link.error().sys != ENODEV)) return link;
  return fail(Why::absent, "interface {} does not exist", shown);
}

std::string refusal(const Error& error) {
  return error.sys ? strerror_of(error.sys) : error.text();
}

}  // namespace cellblock::bsd
