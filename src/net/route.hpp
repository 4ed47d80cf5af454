// A route as a value.
#pragma once

#include <optional>
#include <string_view>

#include "net/existing.hpp"
#include "net/ip.hpp"
#include "sys/netlink.hpp"

namespace cellblock::net {

inline constexpr uint32_t main_table = 254, local_table = 255;

struct Route {
  Prefix to;                   ///< length 0: the default route
  std::optional<Ip> gateway;
  std::optional<Ip> source;    ///< what packets that name no source get
  int index = 0;               ///< of the interface, 0: by the gateway
  uint32_t table = main_table;
  uint8_t type = 1;            ///< RTN_*; RTN_UNICAST
  uint8_t protocol = 0;        ///< RTPROT_*
  uint8_t scope = 0;           ///< RT_SCOPE_*
  uint32_t flags = 0;          ///< RTM_F_*, RTNH_F_*
  uint32_t metric = 0, mtu = 0;
  uint32_t expires = 0;        ///< seconds left, 0: it stays
};

/// One message of the kernel's (RTM_NEWROUTE). Of a route of several hops, the first.
std::optional<Route> parse_route(std::string_view payload);

/// Of one family; `table` 0: of every table.
sys::netlink::Request all_routes(bool v6, uint32_t table = 0);
/// The route that a packet to `to` takes. What answers has `to` as its whole prefix unless the kernel is asked for the
/// entry itself (`entry`).
sys::netlink::Request route_to(const Ip& to, bool entry = true);

sys::netlink::Request add_route(const Route& route, Existing existing = Existing::refuse);
sys::netlink::Request delete_route(const Route& route);

}  // namespace cellblock::net
