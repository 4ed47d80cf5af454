#include "stack.hpp"

#include <dirent.h>

#include <cerrno>
#include <memory>

#include "applet.hpp"
#include "base/text.hpp"
#include "ifconfig_text.hpp"
#include "kernel/lent.hpp"
#include "kernel/open.hpp"
#include "net/vnet.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {

namespace {

Result<model::Jail> vnet_jail(std::string_view word) {
  CB_TRY(std::unique_ptr<port::Jails> jails, kernel::open_jails());
  CB_TRY(model::Jail jail, jails->find(word));
  if (jail.prison.vnet == model::Sys::fresh) return jail;
  return fail(Why::invalid, "jail \"{}\" has no network stack of its own (vnet)", jail.prison.name);
}

/// A process of jail `jid` as a jail around it sees it: its control group is that jail's, or below. 0: none.
pid_t process_in(model::JailId jid) {
  std::string end = fmt::format("0::/{}", jid);
  std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
  while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
    auto pid = parse_int(entry->d_name);
    if (!pid || *pid <= 0) continue;
    std::string groups = sys::read_file(fmt::format("/proc/{}/cgroup", *pid)).value_or("");
    size_t at = groups.find("0::/");
    if (at != groups.npos && trim(std::string_view(groups).substr(at, groups.find('\n', at) - at)) == end)
      return static_cast<pid_t>(*pid);
  }
  return 0;
}

}  // namespace

Result<Fd> network_of_jail(std::string_view word) {
  CB_TRY(model::Jail jail, vnet_jail(word));
  // The number of its process is the host's: in a jail it would be another one's.
  if (!kernel::jailed() && jail.runtime.keeper > 0) return net::network_of(jail.runtime.keeper);
  return fail(Why::unsupported, "the network stack of jail \"{}\" can't be entered from here", jail.prison.name);
}

Result<> lend_to_jail(net::Network& network, const net::Link& link, std::string_view from, std::string_view word) {
  CB_TRY(model::Jail jail, vnet_jail(word));
  Result<> moved;
  if (kernel::jailed()) {
    pid_t pid = process_in(jail.prison.jid);
    if (pid == 0) return fail(Why::unsupported, "the processes of jail \"{}\" can't be seen from here (mount.procfs)", jail.prison.name);
    moved = net::lend_to_process(network, link, pid, net::new_token());
  } else {
    model::JailId lender = 0;
    if (!from.empty()) {
      CB_TRY(model::Jail of, vnet_jail(from));
      lender = of.prison.jid;
    }
    kernel::LateRegistry late;
    CB_TRY(kernel::Registry * registry, late.get());
    moved = kernel::lend_to(*registry, network, link, lender, jail);
  }
  if (moved) return {};
  return fail(moved.error().why, "ioctl (SIOCSIFVNET): {}", refusal(moved.error()));
}

/// What was never lent is the administrator's to take all the same: it is called by its name in the jail.
Result<> take_from_jail(const std::string& interface, std::string_view word) {
  CB_TRY(model::Jail jail, vnet_jail(word));
  CB_TRY(Fd there, network_of_jail(word));
  kernel::LateRegistry late;
  CB_TRY(kernel::Registry * registry, late.get());
  CB_TRY(bool was_lent, kernel::take_back(*registry, jail, interface));
  if (was_lent) return {};
  CB_TRY(Fd home, net::own_network());
  CB_TRY(net::Network network, net::Network::open(there.get()));
  CB_TRY(net::Link link, find_link(network, interface));
  if (link.is_loopback()) return fail(Why::invalid, "ioctl (SIOCSIFRVNET): Operation not supported");
  auto moved = net::reclaim(network, link, home.get(), link.name, net::tokens_of(link));
  if (moved) return {};
  return fail(moved.error().why, "ioctl (SIOCSIFRVNET): {}", refusal(moved.error()));
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
