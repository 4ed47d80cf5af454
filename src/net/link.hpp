// A network interface as a value, and the requests that make, change and unmake one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/ip.hpp"
#include "sys/netlink.hpp"

namespace cellblock::net {

struct Counters {
  uint64_t in_packets = 0, out_packets = 0, in_bytes = 0, out_bytes = 0;
  uint64_t in_errors = 0, out_errors = 0, in_drops = 0, out_drops = 0, collisions = 0;
};

/// What a bridge is set to.
struct Bridge {
  uint16_t priority = 32768;
  uint32_t hello_time = 200, forward_delay = 1500, max_age = 2000, ageing_time = 30000;  ///< hundredths of a second
  bool stp = false;
  std::array<uint8_t, 8> id{}, root{};  ///< priority (big endian) and hardware address
  uint32_t root_cost = 0;
  uint16_t root_port = 0;
  std::optional<bool> filters_vlans;  ///< none: the kernel's bridges know none
};

/// What a bridge's member is set to.
struct Port {
  uint16_t number = 0, priority = 0;
  uint32_t cost = 0;
  uint8_t state = 0;  ///< BR_STATE_*
  bool learning = true, flood = true, isolated = false;
};

struct Link {
  int index = 0;
  std::string name;
  std::string kind;       ///< "veth", "bridge", "tun" ...; empty for real devices and the loopback
  unsigned flags = 0;     ///< Linux' IFF_*
  uint16_t type = 0;      ///< ARPHRD_*
  uint32_t mtu = 0;
  std::string hardware;   ///< the address' bytes; of a tunnel, its near end's IP address
  std::string far_hardware;  ///< the broadcast address; of a tunnel, its far end's
  std::string description;
  std::vector<std::string> other_names;
  int master = 0;         ///< index of its bridge, 0 for none
  int lower = 0;          ///< the peer of a veth, the parent of a vlan
  std::optional<int> lower_network;  ///< `lower` counts in another network namespace, of this number (Network::number_of)
  unsigned promiscuous = 0;
  bool carrier = false;
  uint16_t vlan = 0;
  uint32_t group = 0;     ///< a number by which many can be changed or deleted at once
  bool tap = false;       ///< kind "tun": Ethernet
  Bridge bridge;
  Port port;
  Counters counters;
  bool ip6_disabled = false, ip6_accepts_routers = false, ip6_link_local = true, ip6_known = false;

  bool is_loopback() const;
  bool is_up() const;
};

/// One message of the kernel's (RTM_NEWLINK, without its nlmsghdr); nothing if it is too short to be one.
std::optional<Link> parse_link(std::string_view payload);

using sys::netlink::Request;

Request all_links();
Request one_link(std::string_view name);

/// Where a new or a moved interface goes.
struct Place {
  int network = -1;       ///< descriptor of a network namespace, -1: where the request is sent
  int master = 0;         ///< index of the bridge that it joins
  bool up = false;
  int index = 0;          ///< the number that it gets; 0: the kernel's choice
  uint32_t group = 0;
};

/// Both ends of a cable, each where it belongs, in one request. The kernel makes the far end first: it can be placed,
/// but neither brought up (it has no other end yet) nor joined to a bridge.
struct Cable {
  std::string near_name, far_name;
  Place near;
  int far_network = -1;  ///< descriptor of a network namespace, -1: where the request is sent
  std::optional<std::array<uint8_t, 6>> near_hardware, far_hardware;
  uint32_t mtu = 0;  ///< of both ends; 0: the kernel's choice
};
Request new_cable(const Cable& cable);
Request new_link(std::string_view name, std::string_view kind);
Request new_vlan(std::string_view name, int parent, uint16_t tag);
/// "ipip", "sit", "gre", "ip6gre", "ip6tnl"; `local` and `remote` are of one family.
Request new_tunnel(std::string_view name, std::string_view kind, const Ip& local, const Ip& remote);
Request delete_link(int index);
/// All of a group, which takes as long as one.
Request delete_group(uint32_t group);

Request set_up(int index, bool up);
/// Whether a link-local IPv6 address of the kernel's comes with the interface when it goes up.
enum class LinkLocal : uint8_t { by_kernel, none };
Request set_link_local(std::string_view name, LinkLocal how, bool up);
Request set_flags(int index, unsigned flags, unsigned mask);
Request set_mtu(int index, uint32_t mtu);
Request set_hardware(int index, const std::array<uint8_t, 6>& address);
Request set_name(int index, std::string_view name);
Request set_description(int index, std::string_view text);
Request set_group(int index, uint32_t group);
/// 0: none.
Request set_master(int index, int master);
Request set_master(std::string_view name, int master);
Request set_network(int index, int network, std::string_view name = {});
Request set_network_of_process(int index, int pid);
/// One more name, by which it can be found as well (up to 127 characters, one interface each).
Request add_other_name(int index, std::string_view name);
Request delete_other_name(int index, std::string_view name);

struct BridgeChange {
  std::optional<bool> stp, multicast_snooping;
  std::optional<uint16_t> priority;
  std::optional<uint32_t> hello_time, forward_delay, max_age, ageing_time;
  std::optional<bool> filters_vlans;
};
Request set_bridge(int index, const BridgeChange& change);
struct PortChange {
  std::optional<bool> learning, flood, isolated;
  std::optional<uint16_t> priority;
  std::optional<uint32_t> cost;
};
Request set_port(int index, const PortChange& change);
/// Of one that is a port by then, as set_master() before it in the same batch makes it.
Request set_port(std::string_view name, const PortChange& change);
/// Forgets the addresses that a bridge has learned.
Request flush_bridge(int index);

/// VLANs of a bridge's port, or (`self`) of what the host itself sends and gets by the bridge.
struct VlanChange {
  uint16_t first = 0, last = 0;
  bool untagged = false;  ///< what comes without a tag is of it, what goes loses it; one at most
  bool self = false;
};
Request add_vlans(int index, const VlanChange& change);
Request delete_vlans(int index, const VlanChange& change);

}  // namespace cellblock::net
