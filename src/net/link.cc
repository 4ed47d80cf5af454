#include "net/link.hpp"

#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/if_vlan.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <linux/if_tunnel.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/text.hpp"

namespace cellblock::net {
namespace {

using sys::netlink::each_attribute;
using sys::netlink::text_of;
using sys::netlink::value_of;

void read_bridge(Bridge& bridge, std::string_view data) {
  each_attribute(data, [&bridge](uint16_t type, std::string_view value) {
    switch (type) {
      case IFLA_BR_PRIORITY: bridge.priority = value_of<uint16_t>(value); break;
      case IFLA_BR_HELLO_TIME: bridge.hello_time = value_of<uint32_t>(value); break;
      case IFLA_BR_FORWARD_DELAY: bridge.forward_delay = value_of<uint32_t>(value); break;
      case IFLA_BR_MAX_AGE: bridge.max_age = value_of<uint32_t>(value); break;
      case IFLA_BR_AGEING_TIME: bridge.ageing_time = value_of<uint32_t>(value); break;
      case IFLA_BR_STP_STATE: bridge.stp = value_of<uint32_t>(value) != 0; break;
      case IFLA_BR_BRIDGE_ID: bridge.id = value_of<std::array<uint8_t, 8>>(value); break;
      case IFLA_BR_ROOT_ID: bridge.root = value_of<std::array<uint8_t, 8>>(value); break;
      case IFLA_BR_ROOT_PATH_COST: bridge.root_cost = value_of<uint32_t>(value); break;
      case IFLA_BR_VLAN_FILTERING: bridge.filters_vlans = value_of<uint8_t>(value) != 0; break;
      case IFLA_BR_ROOT_PORT: bridge.root_port = value_of<uint16_t>(value); break;
      default: break;
    }
  });
}

void read_port(Port& port, std::string_view data) {
  each_attribute(data, [&port](uint16_t type, std::string_view value) {
    switch (type) {
      case IFLA_BRPORT_NO: port.number = value_of<uint16_t>(value); break;
      case IFLA_BRPORT_PRIORITY: port.priority = value_of<uint16_t>(value); break;
      case IFLA_BRPORT_COST: port.cost = value_of<uint32_t>(value); break;
      case IFLA_BRPORT_STATE: port.state = value_of<uint8_t>(value); break;
      case IFLA_BRPORT_LEARNING: port.learning = value_of<uint8_t>(value) != 0; break;
      case IFLA_BRPORT_UNICAST_FLOOD: port.flood = value_of<uint8_t>(value) != 0; break;
      case IFLA_BRPORT_ISOLATED: port.isolated = value_of<uint8_t>(value) != 0; break;
      default: break;
    }
  });
}

void read_kind(Link& link, std::string_view info) {
  std::string_view data, port;
  std::string port_kind;
  each_attribute(info, [&](uint16_t type, std::string_view value) {
    if (type == IFLA_INFO_KIND) link.kind = text_of(value);
    if (type == IFLA_INFO_DATA) data = value;
    if (type == IFLA_INFO_SLAVE_KIND) port_kind = text_of(value);
    if (type == IFLA_INFO_SLAVE_DATA) port = value;
  });
  if (link.kind == "bridge") read_bridge(link.bridge, data);
  if (port_kind == "bridge") read_port(link.port, port);
  each_attribute(data, [&link](uint16_t type, std::string_view value) {
    if (link.kind == "vlan" && type == IFLA_VLAN_ID) link.vlan = value_of<uint16_t>(value);
    if (link.kind == "tun" && type == IFLA_TUN_TYPE) link.tap = value_of<uint8_t>(value) == 2;  // IFF_TAP
  });
}

void read_counters(Counters& counters, std::string_view value) {
  auto all = value_of<rtnl_link_stats64>(value);
  counters = {.in_packets = all.rx_packets, .out_packets = all.tx_packets, .in_bytes = all.rx_bytes,
              .out_bytes = all.tx_bytes, .in_errors = all.rx_errors, .out_errors = all.tx_errors,
              .in_drops = all.rx_dropped, .out_drops = all.tx_dropped, .collisions = all.collisions};
}

void read_ip6(Link& link, std::string_view families) {
  each_attribute(families, [&link](uint16_t family, std::string_view inside) {
    if (family != AF_INET6) return;
    link.ip6_known = true;
    each_attribute(inside, [&link](uint16_t type, std::string_view value) {
      auto setting = [value](size_t place) { return value_of<int32_t>(value.substr(std::min(value.size(), place * 4))); };
      if (type == IFLA_INET6_CONF) {
        link.ip6_disabled = setting(DEVCONF_DISABLE_IPV6) != 0;
        // Unless told otherwise a host listens, a router doesn't.
        int32_t accepts = setting(DEVCONF_ACCEPT_RA);
        link.ip6_accepts_routers = accepts == 2 || (accepts == 1 && setting(DEVCONF_FORWARDING) == 0);
      }
      if (type == IFLA_INET6_ADDR_GEN_MODE) link.ip6_link_local = value_of<uint8_t>(value) != IN6_ADDR_GEN_MODE_NONE;
    });
  });
}

void read_attribute(Link& link, uint16_t type, std::string_view value) {
  switch (type) {
    case IFLA_IFNAME: link.name = text_of(value); break;
    case IFLA_MTU: link.mtu = value_of<uint32_t>(value); break;
    case IFLA_ADDRESS: link.hardware = value; break;
    case IFLA_BROADCAST: link.far_hardware = value; break;
    case IFLA_IFALIAS: link.description = text_of(value); break;
    case IFLA_MASTER: link.master = value_of<int32_t>(value); break;
    case IFLA_LINK: link.lower = value_of<int32_t>(value); break;
    case IFLA_LINK_NETNSID: link.lower_network = value_of<int32_t>(value); break;
    case IFLA_PROMISCUITY: link.promiscuous = value_of<uint32_t>(value); break;
    case IFLA_GROUP: link.group = value_of<uint32_t>(value); break;
    case IFLA_CARRIER: link.carrier = value_of<uint8_t>(value) != 0; break;
    case IFLA_STATS64: read_counters(link.counters, value); break;
    case IFLA_LINKINFO: read_kind(link, value); break;
    case IFLA_AF_SPEC: read_ip6(link, value); break;
    case IFLA_PROP_LIST:
      each_attribute(value, [&link](uint16_t inner, std::string_view name) {
        if (inner == IFLA_ALT_IFNAME) link.other_names.push_back(text_of(name));
      });
      break;
    default: break;
  }
}

ifinfomsg header_of(int index) {
  ifinfomsg fixed{};
  fixed.ifi_index = index;
  return fixed;
}

Request change_of(int index) {
  Request request(RTM_NEWLINK, 0);
  request.header(header_of(index));
  return request;
}

Request creation() { return Request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL); }

void place(Request& request, const Place& place, std::string_view name,
           const std::optional<std::array<uint8_t, 6>>& hardware) {
  request.attribute(IFLA_IFNAME, name);
  if (hardware) request.attribute(IFLA_ADDRESS, hardware->data(), hardware->size());
  if (place.network >= 0) request.attribute(IFLA_NET_NS_FD, static_cast<uint32_t>(place.network));
  if (place.group) request.attribute(IFLA_GROUP, place.group);
  if (place.master > 0) request.attribute(IFLA_MASTER, static_cast<uint32_t>(place.master));
}

ifinfomsg header_of(const Place& place) {
  ifinfomsg fixed{};
  fixed.ifi_index = place.index;
  fixed.ifi_flags = place.up ? IFF_UP : 0;
  fixed.ifi_change = place.up ? IFF_UP : 0;
  return fixed;
}

void small(Request& request, uint16_t type, uint8_t value) { request.attribute(type, &value, sizeof value); }
void middle(Request& request, uint16_t type, uint16_t value) { request.attribute(type, &value, sizeof value); }

}  // namespace

bool Link::is_loopback() const { return (flags & IFF_LOOPBACK) != 0; }
bool Link::is_up() const { return (flags & IFF_UP) != 0; }

std::optional<Link> parse_link(std::string_view payload) {
  if (payload.size() < sizeof(ifinfomsg)) return std::nullopt;
  auto fixed = value_of<ifinfomsg>(payload);
  Link link;
  link.index = fixed.ifi_index;
  link.flags = fixed.ifi_flags;
  link.type = fixed.ifi_type;
  each_attribute(payload.substr(NLMSG_ALIGN(sizeof fixed)),
                 [&link](uint16_t type, std::string_view value) { read_attribute(link, type, value); });
  return link;
}

Request all_links() {
  Request request(RTM_GETLINK, 0);
  request.header(ifinfomsg{});
  return request;
}

Request one_link(std::string_view name) {
  Request request(RTM_GETLINK, 0);
  request.header(ifinfomsg{}).attribute(IFLA_IFNAME, name);
  return request;
}

Request new_cable(const Cable& cable) {
  Request request = creation();
  request.header(header_of(cable.near));
  place(request, cable.near, cable.near_name, cable.near_hardware);
  if (cable.mtu) request.attribute(IFLA_MTU, cable.mtu);
  request.nest(IFLA_LINKINFO, [&cable](Request& info) {
    info.attribute(IFLA_INFO_KIND, "veth").nest(IFLA_INFO_DATA, [&cable](Request& data) {
      data.nest(VETH_INFO_PEER, [&cable](Request& peer) {
        peer.header(ifinfomsg{});
        place(peer, {.network = cable.far_network}, cable.far_name, cable.far_hardware);
        if (cable.mtu) peer.attribute(IFLA_MTU, cable.mtu);
      });
    });
  });
  return request;
}

Request new_link(std::string_view name, std::string_view kind) {
  Request request = creation();
  request.header(ifinfomsg{}).attribute(IFLA_IFNAME, name);
  request.nest(IFLA_LINKINFO, [kind](Request& info) { info.attribute(IFLA_INFO_KIND, kind); });
  return request;
}

Request new_vlan(std::string_view name, int parent, uint16_t tag) {
  Request request = creation();
  request.header(ifinfomsg{}).attribute(IFLA_IFNAME, name).attribute(IFLA_LINK, static_cast<uint32_t>(parent));
  request.nest(IFLA_LINKINFO, [tag](Request& info) {
    info.attribute(IFLA_INFO_KIND, "vlan").nest(IFLA_INFO_DATA, [tag](Request& data) {
      // Up or down by its own flag alone, as FreeBSD's: else it could not come up before its parent.
      const ifla_vlan_flags flags{VLAN_FLAG_LOOSE_BINDING, VLAN_FLAG_LOOSE_BINDING};
      middle(data, IFLA_VLAN_ID, tag);
      data.attribute(IFLA_VLAN_FLAGS, &flags, sizeof flags);
    });
  });
  return request;
}

Request new_tunnel(std::string_view name, std::string_view kind, const Ip& local, const Ip& remote) {
  Request request = creation();
  bool gre = kind == "gre" || kind == "ip6gre";
  auto either = [gre](int of_gre, int of_ip) { return static_cast<uint16_t>(gre ? of_gre : of_ip); };
  request.header(ifinfomsg{}).attribute(IFLA_IFNAME, name).nest(IFLA_LINKINFO, [&](Request& info) {
    info.attribute(IFLA_INFO_KIND, kind).nest(IFLA_INFO_DATA, [&](Request& data) {
      data.attribute(either(IFLA_GRE_LOCAL, IFLA_IPTUN_LOCAL), local.bytes.data(), local.size());
      data.attribute(either(IFLA_GRE_REMOTE, IFLA_IPTUN_REMOTE), remote.bytes.data(), remote.size());
      small(data, either(IFLA_GRE_TTL, IFLA_IPTUN_TTL), 30);  // gif(4)'s
    });
  });
  return request;
}

Request delete_link(int index) {
  Request request(RTM_DELLINK, 0);
  request.header(header_of(index));
  return request;
}

Request delete_group(uint32_t group) {
  Request request(RTM_DELLINK, 0);
  request.header(ifinfomsg{}).attribute(IFLA_GROUP, group);
  return request;
}

Request set_up(int index, bool up) { return set_flags(index, up ? IFF_UP : 0, IFF_UP); }

Request set_flags(int index, unsigned flags, unsigned mask) {
  ifinfomsg fixed = header_of(index);
  fixed.ifi_flags = flags;
  fixed.ifi_change = mask;
  Request request(RTM_NEWLINK, 0);
  request.header(fixed);
  return request;
}

Request set_mtu(int index, uint32_t mtu) { return change_of(index).attribute(IFLA_MTU, mtu); }

Request set_hardware(int index, const std::array<uint8_t, 6>& address) {
  return change_of(index).attribute(IFLA_ADDRESS, address.data(), address.size());
}

Request set_name(int index, std::string_view name) { return change_of(index).attribute(IFLA_IFNAME, name); }
Request set_description(int index, std::string_view text) { return change_of(index).attribute(IFLA_IFALIAS, text); }

Request set_group(int index, uint32_t group) { return change_of(index).attribute(IFLA_GROUP, group); }

Request set_master(int index, int master) {
  return change_of(index).attribute(IFLA_MASTER, static_cast<uint32_t>(master));
}

Request set_master(std::string_view name, int master) {
  Request request = change_of(0);
  request.attribute(IFLA_IFNAME, name).attribute(IFLA_MASTER, static_cast<uint32_t>(master));
  return request;
}

Request set_link_local(std::string_view name, LinkLocal how, bool up) {
  Request request(RTM_NEWLINK, 0);
  request.header(header_of(Place{.up = up})).attribute(IFLA_IFNAME, name);
  request.nest(IFLA_AF_SPEC, [how](Request& families) {
    families.nest(AF_INET6, [how](Request& ip6) {
      small(ip6, IFLA_INET6_ADDR_GEN_MODE, how == LinkLocal::none ? IN6_ADDR_GEN_MODE_NONE : IN6_ADDR_GEN_MODE_EUI64);
    });
  });
  return request;
}

Request set_network(int index, int network, std::string_view name) {
  Request request = change_of(index).attribute(IFLA_NET_NS_FD, static_cast<uint32_t>(network));
  if (!name.empty()) request.attribute(IFLA_IFNAME, name);
  return request;
}

Request set_network_of_process(int index, int pid) {
  return change_of(index).attribute(IFLA_NET_NS_PID, static_cast<uint32_t>(pid));
}

namespace {
Request other_name(uint16_t type, uint16_t flags, int index, std::string_view name) {
  Request request(type, flags);
  request.header(header_of(index)).nest(IFLA_PROP_LIST, [name](Request& list) { list.attribute(IFLA_ALT_IFNAME, name); });
  return request;
}
}  // namespace

Request add_other_name(int index, std::string_view name) {
  return other_name(RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_APPEND | NLM_F_EXCL, index, name);
}
Request delete_other_name(int index, std::string_view name) { return other_name(RTM_DELLINKPROP, 0, index, name); }

Request set_bridge(int index, const BridgeChange& change) {
  return change_of(index).nest(IFLA_LINKINFO, [&change](Request& info) {
    info.attribute(IFLA_INFO_KIND, "bridge").nest(IFLA_INFO_DATA, [&change](Request& data) {
      if (change.stp) data.attribute(IFLA_BR_STP_STATE, uint32_t{*change.stp});
      if (change.multicast_snooping) small(data, IFLA_BR_MCAST_SNOOPING, *change.multicast_snooping);
      if (change.priority) middle(data, IFLA_BR_PRIORITY, *change.priority);
      if (change.hello_time) data.attribute(IFLA_BR_HELLO_TIME, *change.hello_time);
      if (change.forward_delay) data.attribute(IFLA_BR_FORWARD_DELAY, *change.forward_delay);
      if (change.max_age) data.attribute(IFLA_BR_MAX_AGE, *change.max_age);
      if (change.filters_vlans) small(data, IFLA_BR_VLAN_FILTERING, *change.filters_vlans);
      if (change.ageing_time) data.attribute(IFLA_BR_AGEING_TIME, *change.ageing_time);
    });
  });
}

namespace {

void append_port(Request& data, const PortChange& change) {
  if (change.learning) small(data, IFLA_BRPORT_LEARNING, *change.learning);
  if (change.flood) small(data, IFLA_BRPORT_UNICAST_FLOOD, *change.flood);
  if (change.isolated) small(data, IFLA_BRPORT_ISOLATED, *change.isolated);
  if (change.priority) middle(data, IFLA_BRPORT_PRIORITY, *change.priority);
  if (change.cost) data.attribute(IFLA_BRPORT_COST, *change.cost);
}

}  // namespace

Request set_port(int index, const PortChange& change) {
  ifinfomsg fixed = header_of(index);
  fixed.ifi_family = AF_BRIDGE;
  Request request(RTM_SETLINK, 0);
  request.header(fixed).nest(IFLA_PROTINFO, [&change](Request& data) { append_port(data, change); });
  return request;
}

Request set_port(std::string_view name, const PortChange& change) {
  Request request = change_of(0);
  request.attribute(IFLA_IFNAME, name).nest(IFLA_LINKINFO, [&change](Request& info) {
    info.attribute(IFLA_INFO_SLAVE_KIND, "bridge").nest(IFLA_INFO_SLAVE_DATA, [&change](Request& data) { append_port(data, change); });
  });
  return request;
}

namespace {

Request vlans_request(uint16_t type, int index, const VlanChange& change) {
  ifinfomsg fixed = header_of(index);
  fixed.ifi_family = AF_BRIDGE;
  Request request(type, 0);
  return request.header(fixed).nest(IFLA_AF_SPEC, [&change](Request& data) {
    if (change.self) middle(data, IFLA_BRIDGE_FLAGS, BRIDGE_FLAGS_SELF);
    const uint16_t flags = change.untagged ? BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED : 0;
    auto put = [&data](uint16_t vlan, int more) {
      const bridge_vlan_info info{static_cast<uint16_t>(more), vlan};
      data.attribute(IFLA_BRIDGE_VLAN_INFO, &info, sizeof info);
    };
    if (change.first == change.last) return put(change.first, flags);
    put(change.first, flags | BRIDGE_VLAN_INFO_RANGE_BEGIN);
    put(change.last, flags | BRIDGE_VLAN_INFO_RANGE_END);
  });
}

}  // namespace

Request add_vlans(int index, const VlanChange& change) { return vlans_request(RTM_SETLINK, index, change); }
Request delete_vlans(int index, const VlanChange& change) { return vlans_request(RTM_DELLINK, index, change); }

Request flush_bridge(int index) {
  return change_of(index).nest(IFLA_LINKINFO, [](Request& info) {
    info.attribute(IFLA_INFO_KIND, "bridge").nest(IFLA_INFO_DATA, [](Request& data) {
      data.attribute(IFLA_BR_FDB_FLUSH, nullptr, 0);
    });
  });
}

}  // namespace cellblock::net
