#include "net/route.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace cellblock::net {
namespace {

using sys::netlink::each_attribute;
using sys::netlink::Request;
using sys::netlink::value_of;

void read_hop(Route& route, std::string_view hops) {
  if (hops.size() < sizeof(rtnexthop)) return;
  auto hop = value_of<rtnexthop>(hops);
  route.index = hop.rtnh_ifindex;
  route.flags |= hop.rtnh_flags;
  size_t size = std::clamp<size_t>(hop.rtnh_len, sizeof hop, hops.size());
  each_attribute(hops.substr(sizeof hop, size - sizeof hop), [&route](uint16_t type, std::string_view value) {
    if (type == RTA_GATEWAY) route.gateway = ip_of_bytes(value);
  });
}

void read_attribute(Route& route, std::optional<Ip>& to, uint16_t type, std::string_view value) {
  switch (type) {
    case RTA_DST: to = ip_of_bytes(value); break;
    case RTA_GATEWAY: route.gateway = ip_of_bytes(value); break;
    case RTA_VIA: route.gateway = ip_of_bytes(value.substr(std::min<size_t>(value.size(), 2))); break;
    case RTA_PREFSRC: route.source = ip_of_bytes(value); break;
    case RTA_OIF: route.index = value_of<int32_t>(value); break;
    case RTA_TABLE: route.table = value_of<uint32_t>(value); break;
    case RTA_PRIORITY: route.metric = value_of<uint32_t>(value); break;
    case RTA_MULTIPATH: read_hop(route, value); break;
    case RTA_CACHEINFO: route.expires = static_cast<uint32_t>(value_of<rta_cacheinfo>(value).rta_expires / 100); break;
    case RTA_METRICS:
      each_attribute(value, [&route](uint16_t metric, std::string_view number) {
        if (metric == RTAX_MTU) route.mtu = value_of<uint32_t>(number);
      });
      break;
    default: break;
  }
}

Request route_request(uint16_t type, uint16_t flags, const Route& route) {
  rtmsg fixed{};
  fixed.rtm_family = static_cast<uint8_t>(route.to.ip.family());
  fixed.rtm_dst_len = static_cast<uint8_t>(route.to.length);
  fixed.rtm_table = static_cast<uint8_t>(route.table < 256 ? route.table : RT_TABLE_UNSPEC);
  fixed.rtm_type = route.type;
  fixed.rtm_protocol = route.protocol;
  fixed.rtm_scope = route.scope;
  Request request(type, flags);
  request.header(fixed);
  if (route.to.length > 0) request.attribute(RTA_DST, route.to.ip.bytes.data(), route.to.ip.size());
  if (route.gateway && route.gateway->v6 == route.to.ip.v6) {
    request.attribute(RTA_GATEWAY, route.gateway->bytes.data(), route.gateway->size());
  } else if (route.gateway) {  // a hop of the other family: its number goes before it
    std::array<char, 18> via{};
    auto family = static_cast<uint16_t>(route.gateway->family());
    __builtin_memcpy(via.data(), &family, sizeof family);
    std::copy_n(route.gateway->data().begin(), route.gateway->size(), via.begin() + 2);
    request.attribute(RTA_VIA, via.data(), 2 + route.gateway->size());
  }
  if (route.source) request.attribute(RTA_PREFSRC, route.source->bytes.data(), route.source->size());
  if (route.index > 0) request.attribute(RTA_OIF, static_cast<uint32_t>(route.index));
  if (route.table >= 256) request.attribute(RTA_TABLE, route.table);
  if (route.metric) request.attribute(RTA_PRIORITY, route.metric);
  if (route.mtu) request.nest(RTA_METRICS, [&route](Request& list) { list.attribute(RTAX_MTU, route.mtu); });
  return request;
}

}  // namespace

std::optional<Route> parse_route(std::string_view payload) {
  if (payload.size() < sizeof(rtmsg)) return std::nullopt;
  auto fixed = value_of<rtmsg>(payload);
  if (fixed.rtm_family != AF_INET && fixed.rtm_family != AF_INET6) return std::nullopt;
  Route route;
  route.table = fixed.rtm_table;
  route.type = fixed.rtm_type;
  route.protocol = fixed.rtm_protocol;
  route.scope = fixed.rtm_scope;
  route.flags = fixed.rtm_flags;
  std::optional<Ip> to;
  each_attribute(payload.substr(NLMSG_ALIGN(sizeof fixed)),
                 [&](uint16_t type, std::string_view value) { read_attribute(route, to, type, value); });
  route.to = {to.value_or(Ip{fixed.rtm_family == AF_INET6, {}}), fixed.rtm_dst_len};
  if (route.to.ip.family() != fixed.rtm_family || route.to.length > route.to.ip.bits()) return std::nullopt;
  return route;
}

Request all_routes(bool v6, uint32_t table) {
  rtmsg fixed{};
  fixed.rtm_family = v6 ? AF_INET6 : AF_INET;
  fixed.rtm_table = static_cast<uint8_t>(table < 256 ? table : RT_TABLE_UNSPEC);
  Request request(RTM_GETROUTE, 0);
  request.header(fixed);
  if (table >= 256) request.attribute(RTA_TABLE, table);
  return request;
}

Request route_to(const Ip& to, bool entry) {
  rtmsg fixed{};
  fixed.rtm_family = static_cast<uint8_t>(to.family());
  fixed.rtm_dst_len = static_cast<uint8_t>(to.bits());
  fixed.rtm_flags = entry ? RTM_F_FIB_MATCH : 0;
  Request request(RTM_GETROUTE, 0);
  request.header(fixed).attribute(RTA_DST, to.bytes.data(), to.size());
  return request;
}

Request add_route(const Route& route, Existing existing) {
  Route made = route;
  if (made.protocol == 0) made.protocol = RTPROT_STATIC;
  return route_request(RTM_NEWROUTE, add_flags(existing), made);
}

Request delete_route(const Route& route) { return route_request(RTM_DELROUTE, 0, route); }

}  // namespace cellblock::net
