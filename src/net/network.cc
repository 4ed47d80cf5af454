#include "net/network.hpp"

#include <fcntl.h>
#include <linux/net_namespace.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>

#include "sys/file.hpp"

namespace cellblock::net {
namespace {

template <class Value>
Result<std::vector<Value>> collect(sys::netlink::Socket& socket, const Request& request,
                                   std::optional<Value> (*parse)(std::string_view)) {
  std::vector<Value> out;
  CB_CHECK(socket.dump(request, [&](std::string_view payload) {
    if (auto value = parse(payload)) out.push_back(std::move(*value));
  }));
  return out;
}

}  // namespace

Result<Network> Network::open() {
  CB_TRY(auto socket, sys::netlink::Socket::open(NETLINK_ROUTE));
  return Network(std::move(socket));
}

Result<Network> Network::open(int network) {
  CB_TRY(auto socket, sys::netlink::Socket::open_in(network, NETLINK_ROUTE));
  return Network(std::move(socket));
}

Result<std::vector<Link>> Network::links() {
  CB_TRY(std::vector<Link> all, collect(socket_, all_links(), parse_link));
  std::ranges::sort(all, {}, &Link::index);
  return all;
}

Result<Link> Network::link(std::string_view name) {
  if (name.empty() || name.size() >= IFNAMSIZ) return bare_fail(ENODEV);
  CB_TRY(std::string payload, socket_.get(one_link(name)));
  auto link = parse_link(payload);
  if (!link) return bare_fail(ENODEV);
  return *link;
}

Result<std::vector<Address>> Network::addresses(int index) {
  CB_TRY(std::vector<Address> all, collect(socket_, all_addresses(index), parse_address));
  if (index > 0) std::erase_if(all, [index](const Address& address) { return address.index != index; });
  return all;
}

Result<std::vector<Route>> Network::routes(bool v6, uint32_t table) {
  auto all = collect(socket_, all_routes(v6, table), parse_route);
  if (!all && (all.error().sys == ENOENT || all.error().sys == ESRCH)) return std::vector<Route>();  // an empty table
  if (!all) return pass(all.error());
  // The kernel's cache of exceptions isn't part of the table.
  std::erase_if(*all, [&](const Route& route) {
    return route.to.ip.v6 != v6 || (route.flags & RTM_F_CLONED) || (table && route.table != table);
  });
  return all;
}

Result<std::vector<Neighbour>> Network::neighbours(bool v6) {
  CB_TRY(std::vector<Neighbour> all, collect(socket_, all_neighbours(v6), parse_neighbour));
  std::erase_if(all, [v6](const Neighbour& neighbour) { return neighbour.ip.v6 != v6; });
  return all;
}

Result<Route> Network::route_to(const Ip& to, bool entry) {
  CB_TRY(std::string payload, socket_.get(net::route_to(to, entry)));
  auto route = parse_route(payload);
  if (!route) return bare_fail(ESRCH);
  return *route;
}

Result<std::optional<int>> Network::number_of(int network) {
  rtgenmsg fixed{};
  Request request(RTM_GETNSID, 0);
  request.header(fixed).attribute(NETNSA_FD, static_cast<uint32_t>(network));
  CB_TRY(std::string payload, socket_.get(request));
  int number = NETNSA_NSID_NOT_ASSIGNED;
  std::string_view attributes = std::string_view(payload).substr(std::min(payload.size(), size_t{NLMSG_ALIGN(sizeof fixed)}));
  sys::netlink::each_attribute(attributes, [&number](uint16_t type, std::string_view value) {
    if (type == NETNSA_NSID) number = sys::netlink::value_of<int32_t>(value);
  });
  if (number == NETNSA_NSID_NOT_ASSIGNED) return std::nullopt;
  return number;
}

Result<Fd> network_of(pid_t pid) { return sys::open(fmt::format("/proc/{}/ns/net", pid), O_RDONLY); }
Result<Fd> own_network() { return sys::open("/proc/thread-self/ns/net", O_RDONLY); }

Result<> enter_network(int network) {
  if (::setns(network, CLONE_NEWNET) < 0) return sys_fail(errno, "entering a network namespace");
  return {};
}

}  // namespace cellblock::net
