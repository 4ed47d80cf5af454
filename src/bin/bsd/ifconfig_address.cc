// Addresses of ifconfig(8).
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>

#include "ifconfig_change.hpp"
#include "ifconfig_text.hpp"
#include "stack.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view add_call = "ioctl (SIOCAIFADDR)", drop_call = "ioctl (SIOCDIFADDR)";

}  // namespace

// The kernel takes the other addresses of the same network away with the first, unless told not to.
Result<> IfChange::delete_keeping_others(const net::Address& address) {
  CB_TRY(std::vector<net::Address> all, network_.addresses(link_.index));
  CB_CHECK(send(net::delete_address(address), drop_call));
  if (address.ip.v6 || (address.flags & IFA_F_SECONDARY)) return {};
  for (net::Address& other : all) {
    bool follows = !other.ip.v6 && other.ip != address.ip && other.prefix == address.prefix &&
                   net::network_of(other.ip, other.prefix) == net::network_of(address.ip, address.prefix);
    if (!follows) continue;
    other.flags = 0;
    auto restored = network_.change(net::add_address(other));
    if (!restored && restored.error().sys != EEXIST) return fail(restored.error().why, "{}: {}", add_call, refusal(restored.error()));
  }
  return {};
}

Result<> IfChange::drop_address(const IfAddress& wanted) {
  CB_TRY(std::vector<net::Address> all, network_.addresses(link_.index));
  auto found = std::ranges::find_if(all, [&wanted](const net::Address& has) {
    return wanted.ip ? has.ip == *wanted.ip : has.ip.v6 == wanted.v6;
  });
  if (found == all.end()) return fail(Why::absent, "{}: Can't assign requested address", drop_call);
  return delete_keeping_others(*found);
}

Result<> IfChange::address(const IfAddress& wanted) {
  if (wanted.act == AddressAct::drop) return drop_address(wanted);
  net::Address address{.index = link_.index, .ip = *wanted.ip, .peer = wanted.peer, .broadcast = wanted.broadcast};
  bool point_to_point = (link_.flags & IFF_POINTOPOINT) || link_.is_loopback();
  if (address.peer && !point_to_point) {  // FreeBSD's second address of an interface that broadcasts
    address.broadcast = address.peer;
    address.peer.reset();
  }
  int usual = wanted.v6 ? 64 : address.peer ? 32 : net::class_prefix_of(address.ip);
  address.prefix = wanted.prefix.value_or(usual);
  if (!wanted.prefix && !wanted.v6 && !address.peer)
    warnx("ifconfig", "WARNING: setting interface address without mask is deprecated,\ndefault mask may not be correct.");
  if (!wanted.v6 && !address.broadcast && !point_to_point && address.prefix < 31)
    address.broadcast = net::broadcast_of(address.ip, address.prefix);
  if (link_.is_loopback() && (wanted.v6 ? address.prefix == 128 : address.ip.bytes[0] == 127)) address.scope = RT_SCOPE_HOST;

  CB_TRY(std::vector<net::Address> all, network_.addresses());
  const net::Address* first = nullptr;
  bool there = false;
  for (const net::Address& has : all) {
    if (has.ip == address.ip && has.index != address.index && !address.ip.is_link_local())
      return fail(Why::exists, "{}: File exists", add_call);  // of another interface
    if (has.index != address.index) continue;
    if (has.ip == address.ip && has.prefix == address.prefix && has.peer == address.peer) there = true;
    else if (has.ip == address.ip) CB_CHECK(delete_keeping_others(has));
    else if (!has.ip.v6 && !first) first = &has;
  }
  if (!there) CB_CHECK(send(net::add_address(address), add_call));
  // Without `alias` the interface's first address makes room.
  if (wanted.act == AddressAct::set && !wanted.v6 && first) CB_CHECK(delete_keeping_others(*first));
  return link_.is_up() ? Result<>() : send(net::set_up(link_.index, true), add_call);
}

}  // namespace cellblock::bsd
