#include "dhclient_link.hpp"

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "dhclient_text.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

using net::DhcpLease;
using net::Ip;

/// UDP to port 68, no fragment: the rest of the link's traffic wakes nobody.
Result<> keep_dhcp(const Fd& socket) {
  std::array<sock_filter, 8> program{{
      {BPF_LD | BPF_B | BPF_ABS, 0, 0, 9},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 5, IPPROTO_UDP},
      {BPF_LD | BPF_H | BPF_ABS, 0, 0, 6},
      {BPF_JMP | BPF_JSET | BPF_K, 3, 0, 0x1fff},
      {BPF_LDX | BPF_B | BPF_MSH, 0, 0, 0},
      {BPF_LD | BPF_H | BPF_IND, 0, 0, 2},
      {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 68},
      {BPF_RET | BPF_K, 0, 0, 0},
  }};
  std::array<sock_filter, 9> whole{};
  std::copy(program.begin(), program.end(), whole.begin());
  whole[8] = {BPF_RET | BPF_K, 0, 0, 0xffff};
  const sock_fprog code{.len = whole.size(), .filter = whole.data()};
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &code, sizeof code) < 0) return sys_fail(errno, "filter");
  return {};
}

sockaddr_in at_port(const Ip& ip, uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  std::memcpy(&out.sin_addr, ip.bytes.data(), 4);
  return out;
}

Result<> send_by_address(const std::string& message, const std::string& interface, const Ip& from, const Ip& to) {
  Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return sys_fail(errno, "socket");
  const int yes = 1;
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(), static_cast<socklen_t>(interface.size()));
  const sockaddr_in own = at_port(from, 68), other = at_port(to, 67);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) < 0) return sys_fail(errno, "bind");
  if (::sendto(socket.get(), message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&other), sizeof other) < 0)
    return sys_fail(errno, "sendto");
  return {};
}

net::Address address_of(const net::Link& link, const DhcpLease& lease) {
  net::Address address{.index = link.index, .ip = lease.address, .prefix = lease.prefix, .peer = {}, .broadcast = {}};
  if (lease.prefix < 31) address.broadcast = net::broadcast_of(lease.address, lease.prefix);
  address.valid = address.preferred = lease.seconds;
  return address;
}

std::vector<net::DhcpRoute> routes_of(const DhcpLease& lease) {
  if (!lease.routes.empty() || lease.routers.empty()) return lease.routes;
  return {{{Ip{}, 0}, lease.routers[0]}};
}

/// A gateway outside of the lease's network is on the link all the same.
std::vector<net::Route> kernel_routes(const net::Link& link, const DhcpLease& lease) {
  std::vector<net::Route> out;
  Ip network = net::network_of(lease.address, lease.prefix);
  for (const net::DhcpRoute& route : routes_of(lease)) {
    net::Route made{.to = route.to, .gateway = {}, .source = {}, .index = link.index, .protocol = RTPROT_DHCP};
    if (!route.gateway.is_zero()) made.gateway = route.gateway;
    if (made.gateway && net::network_of(route.gateway, lease.prefix) != network)
      out.push_back({.to = {route.gateway, 32}, .gateway = {}, .source = {}, .index = link.index, .protocol = RTPROT_DHCP, .scope = RT_SCOPE_LINK});
    out.push_back(std::move(made));
  }
  return out;
}

Result<> name_servers(const DhcpLease& lease) {
  constexpr const char* path = "/etc/resolv.conf";
  std::string text = resolv_conf(lease);
  struct stat status {};
  bool link = ::lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
  if (text.empty() || link || sys::read_file(path).value_or("") == text) return {};  // a link: somebody else looks after it
  return sys::replace_file(path, text);
}

}  // namespace

Result<DhcpSocket> DhcpSocket::open(const net::Link& link) {
  Fd socket(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return sys_fail(errno, "packet socket");
  CB_CHECK(keep_dhcp(socket));
  sockaddr_ll place{};
  place.sll_family = AF_PACKET;
  place.sll_protocol = htons(ETH_P_IP);
  place.sll_ifindex = link.index;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) < 0) return sys_fail(errno, "bind");
  return DhcpSocket(std::move(socket), link.index, link.name);
}

Result<> DhcpSocket::send(const net::DhcpQuery& query, const std::optional<Ip>& to) {
  std::string message = net::encode(query);
  if (to && query.own) return send_by_address(message, name_, *query.own, *to);
  std::string packet = net::dhcp_packet(message, query.own.value_or(Ip{}), *net::parse_ip("255.255.255.255"));
  sockaddr_ll place{};
  place.sll_family = AF_PACKET;
  place.sll_protocol = htons(ETH_P_IP);
  place.sll_ifindex = index_;
  place.sll_halen = 6;
  std::memset(place.sll_addr, 0xff, 6);
  if (::sendto(link_.get(), packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&place), sizeof place) < 0)
    return sys_fail(errno, "send_packet");
  return {};
}

Result<std::optional<net::DhcpReply>> DhcpSocket::receive() {
  char packet[2048];
  ssize_t size = ::recv(link_.get(), packet, sizeof packet, 0);
  if (size < 0 && errno != EAGAIN && errno != EINTR && errno != ENETDOWN) return sys_fail(errno, "receive_packet");
  if (size <= 0) return std::optional<net::DhcpReply>();
  return net::parse_dhcp_reply(net::dhcp_in_packet({packet, static_cast<size_t>(size)}));
}

Result<> put_into_effect(net::Network& network, const net::Link& link, const DhcpLease& lease,
                         const std::optional<DhcpLease>& before) {
  bool moved = before && (before->address != lease.address || before->prefix != lease.prefix);
  if (moved) CB_CHECK(undo_lease(network, link, *before));
  if (lease.mtu >= 576 && lease.mtu != link.mtu) CB_CHECK(network.change(net::set_mtu(link.index, lease.mtu)));
  CB_CHECK(network.change(net::add_address(address_of(link, lease), net::Existing::replace)));
  for (const net::Route& route : kernel_routes(link, lease)) CB_CHECK(network.change(net::add_route(route, net::Existing::replace)));
  return name_servers(lease);
}

Result<> undo_lease(net::Network& network, const net::Link& link, const DhcpLease& lease) {
  auto removed = network.change(net::delete_address(address_of(link, lease)));  // its routes go with it
  if (!removed && removed.error().sys != EADDRNOTAVAIL) return removed;
  return {};
}

}  // namespace cellblock::bsd
