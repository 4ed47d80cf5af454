#include "ifconfig_text.hpp"

#include <linux/if_addr.h>
#include <linux/if_arp.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/text.hpp"

namespace cellblock::bsd {
namespace {

using net::Address;
using net::Link;

struct Bit {
  unsigned bit;
  std::string_view name;
};

std::string bits_text(unsigned value, std::span<const Bit> names) {
  std::string out;
  for (const Bit& bit : names)
    if (value & bit.bit) out += fmt::format("{}{}", out.empty() ? "" : ",", bit.name);
  return fmt::format("{:x}<{}>", value, out);
}

constexpr std::array interface_bits{
    Bit{0x1, "UP"},         Bit{0x2, "BROADCAST"}, Bit{0x8, "LOOPBACK"},  Bit{0x10, "POINTOPOINT"}, Bit{0x40, "RUNNING"},
    Bit{0x80, "NOARP"},     Bit{0x100, "PROMISC"}, Bit{0x200, "ALLMULTI"}, Bit{0x800, "SIMPLEX"},   Bit{0x8000, "MULTICAST"},
};
constexpr std::array option_bits{
    Bit{0x1, "RXCSUM"},       Bit{0x2, "TXCSUM"},        Bit{0x8, "VLAN_MTU"},         Bit{0x100, "TSO4"},
    Bit{0x200, "TSO6"},       Bit{0x80000, "LINKSTATE"}, Bit{0x200000, "RXCSUM_IPV6"}, Bit{0x400000, "TXCSUM_IPV6"},
};
constexpr std::array member_bits{
    Bit{0x1, "LEARNING"}, Bit{0x2, "DISCOVER"}, Bit{0x4, "STP"}, Bit{0x8, "SPAN"}, Bit{0x40, "AUTOEDGE"}, Bit{0x100, "AUTOPTP"},
    Bit{0x800, "PRIVATE"},
};
constexpr std::array nd6_bits{
    Bit{0x1, "PERFORMNUD"}, Bit{0x2, "ACCEPT_RTADV"}, Bit{0x8, "IFDISABLED"}, Bit{0x20, "AUTO_LINKLOCAL"},
};

bool looks_like_loopback(const Link& link) { return link.is_loopback() || cloner_of(link) == "lo"; }

// FreeBSD's drivers run as soon as they are up; that a cable hangs on them is told by the status.
unsigned interface_flags(const Link& link) {
  bool loopback = looks_like_loopback(link);
  unsigned flags = 0;
  if (link.flags & IFF_UP) flags |= 0x1 | 0x40;
  if ((link.flags & IFF_BROADCAST) && !loopback) flags |= 0x2 | 0x800;
  if (loopback) flags |= 0x8 | 0x8000;
  if (link.flags & IFF_POINTOPOINT) flags |= 0x10;
  if ((link.flags & IFF_NOARP) && !loopback && !(link.flags & IFF_POINTOPOINT)) flags |= 0x80;
  if (link.promiscuous > 0 || (link.flags & IFF_PROMISC)) flags |= 0x100;
  if (link.flags & IFF_ALLMULTI) flags |= 0x200;
  if (link.flags & (IFF_MULTICAST | IFF_POINTOPOINT)) flags |= 0x8000;
  return flags;
}

unsigned option_flags(const Shown& shown) {
  std::string_view cloner = cloner_of(shown.link);
  if (looks_like_loopback(shown.link)) return 0x680003;
  if (cloner == "epair") return 0x60000b;
  if (cloner == "tap" || cloner == "tun") return 0x80000;
  if (!cloner.empty()) return 0;
  unsigned flags = 0x8 | 0x80000;
  if (shown.hardware.receive_checksums) flags |= 0x200001;
  if (shown.hardware.send_checksums) flags |= 0x400002;
  if (shown.hardware.segmentation) flags |= 0x300;
  return flags;
}

std::string inet_line(const Address& address) {
  uint32_t mask = address.prefix == 0 ? 0 : ~0u << (32 - address.prefix);
  std::string out = fmt::format("\tinet {}", address.ip.text());
  if (address.peer) out += fmt::format(" --> {}", address.peer->text());
  out += fmt::format(" netmask 0x{:08x}", mask);
  if (address.broadcast) out += fmt::format(" broadcast {}", address.broadcast->text());
  return out + "\n";
}

std::string inet6_line(const Address& address, const std::string& name) {
  std::string scope = address.ip.is_link_local() ? "%" + name : "";
  std::string out = fmt::format("\tinet6 {}{}", address.ip.text(), scope);
  if (address.peer) out += fmt::format(" --> {}", address.peer->text());
  out += fmt::format(" prefixlen {}", address.prefix);
  if (address.flags & IFA_F_TENTATIVE) out += " tentative";
  if (address.flags & IFA_F_DADFAILED) out += " duplicated";
  if (address.flags & IFA_F_DEPRECATED) out += " deprecated";
  if ((address.flags & IFA_F_MANAGETEMPADDR) || (address.valid != ~0u && !(address.flags & IFA_F_TEMPORARY))) out += " autoconf";
  if (address.flags & IFA_F_TEMPORARY) out += " temporary";
  if (!scope.empty()) out += fmt::format(" scopeid 0x{:x}", address.index);
  return out + "\n";
}

std::string mac_of(const std::array<uint8_t, 8>& id) {
  return net::hardware_text({reinterpret_cast<const char*>(id.data()) + 2, 6});
}

unsigned member_flags(const Link& member, bool stp) {
  return (member.port.learning ? 0x1u : 0) | (member.port.flood ? 0x2u : 0) | (stp ? 0x4u : 0) | 0x140u |
         (member.port.isolated ? 0x800u : 0);
}

std::string bridge_text(const Shown& shown) {
  const net::Bridge& bridge = shown.link.bridge;
  auto seconds = [](uint32_t hundredths) { return (hundredths + 50) / 100; };
  // Without the protocol nobody has a place in a tree.
  std::array<uint8_t, 8> id = bridge.stp ? bridge.id : std::array<uint8_t, 8>{}, root = bridge.stp ? bridge.root : id;
  std::string out = fmt::format(
      "\tid {} priority {} hellotime {} fwddelay {}\n"
      "\tmaxage {} holdcnt 6 proto {} maxaddr 2000 timeout {}\n"
      "\troot id {} priority {} ifcost {} port {}\n",
      mac_of(id), bridge.priority, seconds(bridge.hello_time), seconds(bridge.forward_delay), seconds(bridge.max_age),
      bridge.stp ? "stp" : "rstp", seconds(bridge.ageing_time), mac_of(root),
      bridge.stp ? bridge.root[0] * 256 + bridge.root[1] : 32768, bridge.stp ? bridge.root_cost : 0,
      bridge.stp ? bridge.root_port : 0);
  for (const Link& member : shown.members) {
    out += fmt::format("\tmember: {} flags={}\n", shown_name(member.name), bits_text(member_flags(member, bridge.stp), member_bits));
    out += fmt::format("\t        ifmaxaddr 0 port {} priority {} path cost {}\n", member.index,
                       member.port.priority * 4, member.port.cost);  // 0..63 where FreeBSD has 0..252
  }
  for (const Link& span : shown.spans)
    out += fmt::format("\tmember: {} flags={}\n\t        ifmaxaddr 0 port {} priority 0 path cost 0\n", shown_name(span.name),
                       bits_text(0x8, member_bits), span.index);
  return out;
}

std::string media_text(const Shown& shown) {
  const Link& link = shown.link;
  std::string_view cloner = cloner_of(link);
  if (link.type != ARPHRD_ETHER || cloner == "bridge" || cloner == "lo") return {};
  std::string media = cloner == "epair" ? "10Gbase-T (10Gbase-T <full-duplex>)"
                    : cloner == "tap"   ? "1000baseT <full-duplex>"
                                        : shown.hardware.media.empty() ? "autoselect"
                                        : fmt::format("autoselect ({})", shown.hardware.media);
  return fmt::format("\tmedia: Ethernet {}\n\tstatus: {}\n", media, link.is_up() && link.carrier ? "active" : "no carrier");
}

std::string tunnel_text(const Link& link) {
  std::string_view cloner = cloner_of(link);
  auto near = net::ip_of_bytes(link.hardware), far = net::ip_of_bytes(link.far_hardware);
  if ((cloner != "gif" && cloner != "gre") || !near || !far) return {};
  return fmt::format("\ttunnel inet{} {} --> {}\n", near->v6 ? "6" : "", near->text(), far->text());
}

std::string nd6_text(const Link& link) {
  if (!link.ip6_known) return {};
  unsigned flags = 0x1u | (link.ip6_accepts_routers && !looks_like_loopback(link) ? 0x2u : 0) | (link.ip6_disabled ? 0x8u : 0) |
                   (link.ip6_link_local ? 0x20u : 0);
  return fmt::format("\tnd6 options={}\n", bits_text(flags, nd6_bits));
}

}  // namespace

std::string shown_name(std::string_view name) { return name == "lo" ? "lo0" : vis(name); }
std::string kernel_name(std::string_view name) { return std::string(name == "lo0" ? "lo" : name); }

std::string_view cloner_of(const Link& link) {
  bool lo = link.name.starts_with("lo") && link.name.size() > 2 && link.name.find_first_not_of("0123456789", 2) == link.name.npos;
  if (link.is_loopback() || ((link.kind == "dummy" || link.kind == "bridge") && lo)) return "lo";
  if (link.kind == "veth") return "epair";
  if (link.kind == "tun") return link.tap ? "tap" : "tun";
  if (link.kind == "ipip" || link.kind == "sit" || link.kind == "ip6tnl") return "gif";
  if (link.kind == "gre" || link.kind == "ip6gre") return "gre";
  for (std::string_view same : {"bridge", "vlan", "vxlan", "wg"})
    if (link.kind == same || (same == "wg" && link.kind == "wireguard")) return same;
  return {};
}

namespace {
constexpr std::string_view group_prefix = "group=", span_prefix = "span=";
}

std::vector<std::string> groups_of(const Link& link) {
  std::vector<std::string> groups;
  if (auto cloner = cloner_of(link); !cloner.empty()) groups.emplace_back(cloner);
  for (const std::string& name : link.other_names)
    if (name.starts_with(group_prefix)) groups.push_back(name.substr(group_prefix.size(), name.rfind('=') - group_prefix.size()));
  return groups;
}

std::string group_mark(std::string_view group, std::string_view token) { return fmt::format("{}{}={}", group_prefix, group, token); }
std::string span_mark(int bridge, std::string_view token) { return fmt::format("{}{}={}", span_prefix, bridge, token); }
bool is_group_mark(std::string_view name, std::string_view group) { return name.starts_with(fmt::format("{}{}=", group_prefix, group)); }

int span_of(const Link& link) {
  for (const std::string& name : link.other_names)
    if (name.starts_with(span_prefix))
      return static_cast<int>(parse_int(name.substr(span_prefix.size(), name.rfind('=') - span_prefix.size())).value_or(0));
  return 0;
}

std::string interface_text(const Shown& shown, IfFamily family) {
  const Link& link = shown.link;
  std::string name = shown_name(link.name);
  std::string out = fmt::format("{}: flags={} metric 0 mtu {}\n", name, bits_text(interface_flags(link), interface_bits), link.mtu);
  bool every = family == IfFamily::any;
  std::string description = link.description;
  std::ranges::replace_if(description, [](unsigned char byte) { return byte < ' ' || byte == 0x7f; }, '?');  // a jail's root may have written it
  if (!description.empty()) out += fmt::format("\tdescription: {}\n", description);
  unsigned options = option_flags(shown);
  if (options) out += fmt::format("\toptions={}\n", bits_text(options, option_bits));
  else if (cloner_of(link) == "bridge") out += "\toptions=0\n";
  bool ether = link.type == ARPHRD_ETHER && !looks_like_loopback(link);
  if ((every || family == IfFamily::ether) && ether) out += fmt::format("\tether {}\n", net::hardware_text(link.hardware));
  if (every) out += tunnel_text(link);
  for (const Address& address : shown.addresses)
    if (!address.ip.v6 && (every || family == IfFamily::inet)) out += inet_line(address);
  for (const Address& address : shown.addresses)
    if (address.ip.v6 && (every || family == IfFamily::inet6)) out += inet6_line(address, name);
  if (!every) return out;
  if (cloner_of(link) == "bridge") out += bridge_text(shown);
  auto groups = groups_of(link);
  if (!groups.empty()) out += fmt::format("\tgroups: {}\n", join(groups, " "));
  if (link.kind == "vlan") out += fmt::format("\tvlan: {} vlanproto: 802.1q vlanpcp: 0 parent interface: {}\n", link.vlan,
                                              shown.members.empty() ? "<none>" : shown_name(shown.members[0].name));
  return out + media_text(shown) + nd6_text(link);
}

bool is_wanted(const Link& link, const IfRequest& request) {
  if (request.up_only && !link.is_up()) return false;
  if (request.down_only && link.is_up()) return false;
  auto groups = groups_of(link);
  auto in = [&groups](const std::string& group) { return group == "all" || std::ranges::count(groups, group) > 0; };
  if (!request.group.empty() && !in(request.group)) return false;
  return request.without_group.empty() || !in(request.without_group);
}

}  // namespace cellblock::bsd
