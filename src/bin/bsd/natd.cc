#include "natd.hpp"

#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>

#include "applet.hpp"
#include "ipfw/compile.hpp"
#include "jail_groups.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

Result<> change_natd(const ipfw::Edit& change) {
  CB_TRY(auto socket, sys::netlink::Socket::open(NETLINK_NETFILTER));
  return ipfw::edit(socket, with_jails(change));
}

}  // namespace

std::string natd_refusal(const Error& error) { return error.sys == EPERM ? strerror_of(EPERM) : error.text(); }

Result<> keep_natd(const ipfw::Nat& nat) {
  return change_natd([&nat](ipfw::Ruleset& rules) -> Result<> {
    std::erase_if(rules.nats, [&nat](const ipfw::Nat& other) { return other.is(nat.number, true); });
    rules.nats.push_back(nat);
    return {};
  });
}

Result<bool> forget_natd(uint32_t port) {
  CB_TRY(std::optional<ipfw::Nat> kept, kept_natd(port));
  if (!kept) return false;
  CB_CHECK(change_natd([port](ipfw::Ruleset& rules) -> Result<> {
    std::erase_if(rules.nats, [port](const ipfw::Nat& nat) { return nat.is(port, true); });
    return {};
  }));
  return true;
}

Result<std::optional<ipfw::Nat>> kept_natd(uint32_t port) {
  CB_TRY(auto socket, sys::netlink::Socket::open(NETLINK_NETFILTER));
  CB_TRY(ipfw::Ruleset rules, ipfw::read_ruleset(socket));
  for (const ipfw::Nat& nat : rules.nats)
    if (nat.is(port, true)) return nat;
  return std::nullopt;
}

int natd(const Words& words) {
  auto told = ipfw::parse_natd(std::span(words).subspan(1), [](const std::string& path) { return sys::read_file(path); });
  auto nat = told ? told->nat() : Result<ipfw::Nat>(tl::unexpect, told.error());
  if (nat && !told->interface.empty() && ::if_nametoindex(told->interface.c_str()) == 0) {
    warnx("natd", "unknown interface name {}", told->interface);
    return 1;
  }
  auto done = nat ? keep_natd(*nat) : Result<>(tl::unexpect, nat.error());
  if (!done) {
    warnx("natd", "{}", natd_refusal(done.error()));
    return 1;
  }
  if (told->verbose) fmt::print("natd: port {}: {}\n", told->port, nat->text);
  return 0;
}

}  // namespace cellblock::bsd
