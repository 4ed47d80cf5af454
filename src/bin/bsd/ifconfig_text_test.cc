#include "ifconfig_text.hpp"

#include <gtest/gtest.h>
#include <linux/if_arp.h>

namespace cellblock::bsd {
namespace {

net::Link link(int index, const std::string& name, const std::string& kind, unsigned flags) {
  net::Link out;
  out.index = index;
  out.name = name;
  out.kind = kind;
  out.flags = flags;
  out.type = ARPHRD_ETHER;
  out.mtu = 1500;
  out.hardware = std::string("\2\0\0\0\0\x0a", 6);
  out.ip6_known = true;
  return out;
}

constexpr unsigned up = IFF_UP, ethernet = IFF_BROADCAST | IFF_MULTICAST;

TEST(InterfaceText, TheLoopbackBeforeAndAfterItsAddress) {
  net::Link lo = link(1, "lo", "", IFF_LOOPBACK);
  lo.type = ARPHRD_LOOPBACK;
  lo.mtu = 16384;
  EXPECT_EQ(interface_text({.link = lo}, IfFamily::any),
            "lo0: flags=8008<LOOPBACK,MULTICAST> metric 0 mtu 16384\n"
            "\toptions=680003<RXCSUM,TXCSUM,LINKSTATE,RXCSUM_IPV6,TXCSUM_IPV6>\n"
            "\tgroups: lo\n"
            "\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>\n");
  lo.flags |= up;
  Shown shown{.link = lo};
  shown.addresses = {{.index = 1, .ip = *net::parse_ip("127.0.0.1"), .prefix = 8},
                     {.index = 1, .ip = *net::parse_ip("::1"), .prefix = 128},
                     {.index = 1, .ip = *net::parse_ip("fe80::1"), .prefix = 64}};
  EXPECT_EQ(interface_text(shown, IfFamily::any),
            "lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu 16384\n"
            "\toptions=680003<RXCSUM,TXCSUM,LINKSTATE,RXCSUM_IPV6,TXCSUM_IPV6>\n"
            "\tinet 127.0.0.1 netmask 0xff000000\n"
            "\tinet6 ::1 prefixlen 128\n"
            "\tinet6 fe80::1%lo0 prefixlen 64 scopeid 0x1\n"
            "\tgroups: lo\n"
            "\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>\n");
}

TEST(InterfaceText, ACable) {
  net::Link cable = link(4, "epair0a", "veth", up | ethernet);
  cable.carrier = true;
  cable.other_names = {"group=web=01234567", "vnet=home=89abcdef"};
  Shown shown{.link = cable};
  shown.addresses = {{.index = 4, .ip = *net::parse_ip("10.0.0.1"), .prefix = 24, .broadcast = net::parse_ip("10.0.0.255")}};
  EXPECT_EQ(interface_text(shown, IfFamily::any),
            "epair0a: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
            "\toptions=60000b<RXCSUM,TXCSUM,VLAN_MTU,RXCSUM_IPV6,TXCSUM_IPV6>\n"
            "\tether 02:00:00:00:00:0a\n"
            "\tinet 10.0.0.1 netmask 0xffffff00 broadcast 10.0.0.255\n"
            "\tgroups: epair web\n"
            "\tmedia: Ethernet 10Gbase-T (10Gbase-T <full-duplex>)\n"
            "\tstatus: active\n"
            "\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>\n");
  EXPECT_EQ(interface_text(shown, IfFamily::inet),
            "epair0a: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
            "\toptions=60000b<RXCSUM,TXCSUM,VLAN_MTU,RXCSUM_IPV6,TXCSUM_IPV6>\n"
            "\tinet 10.0.0.1 netmask 0xffffff00 broadcast 10.0.0.255\n");
}

TEST(InterfaceText, ATunnelAndAVlan) {
  net::Link gif = link(5, "gif0", "ipip", up | IFF_POINTOPOINT | IFF_NOARP), parent = link(6, "em0", "", up | ethernet);
  gif.type = ARPHRD_TUNNEL;
  gif.mtu = 1480;
  gif.hardware = std::string("\x0a\0\0\1", 4);
  gif.far_hardware = std::string("\x0a\0\0\2", 4);
  Shown shown{.link = gif};
  shown.addresses = {{.index = 5, .ip = *net::parse_ip("10.9.0.1"), .prefix = 32, .peer = net::parse_ip("10.9.0.2")}};
  EXPECT_EQ(interface_text(shown, IfFamily::any),
            "gif0: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> metric 0 mtu 1480\n"
            "\ttunnel inet 10.0.0.1 --> 10.0.0.2\n"
            "\tinet 10.9.0.1 --> 10.9.0.2 netmask 0xffffffff\n"
            "\tgroups: gif\n"
            "\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>\n");
  net::Link vlan = link(7, "vlan0", "vlan", ethernet);
  vlan.vlan = 5;
  EXPECT_EQ(interface_text({.link = vlan, .members = {parent}, .hardware = {.media = "1000baseT <full-duplex>"}}, IfFamily::any),
            "vlan0: flags=8802<BROADCAST,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
            "\tether 02:00:00:00:00:0a\n"
            "\tgroups: vlan\n"
            "\tvlan: 5 vlanproto: 802.1q vlanpcp: 0 parent interface: em0\n"
            "\tmedia: Ethernet autoselect (1000baseT <full-duplex>)\n"
            "\tstatus: no carrier\n"
            "\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>\n");
}

TEST(InterfaceText, ABridgeWithAMemberAndASpanPort) {
  net::Link member = link(5, "epair0a", "veth", up | ethernet), span = link(6, "tap0", "tun", ethernet);
  member.port = {.number = 1, .priority = 32, .cost = 2};
  Shown shown{.link = link(3, "bridge0", "bridge", up | ethernet), .members = {member}, .spans = {span}};
  EXPECT_EQ(interface_text(shown, IfFamily::any),
            "bridge0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
            "\toptions=0\n"
            "\tether 02:00:00:00:00:0a\n"
            "\tid 00:00:00:00:00:00 priority 32768 hellotime 2 fwddelay 15\n"
            "\tmaxage 20 holdcnt 6 proto rstp maxaddr 2000 timeout 300\n"
            "\troot id 00:00:00:00:00:00 priority 32768 ifcost 0 port 0\n"
            "\tmember: epair0a flags=143<LEARNING,DISCOVER,AUTOEDGE,AUTOPTP>\n"
            "\t        ifmaxaddr 0 port 5 priority 128 path cost 2\n"
            "\tmember: tap0 flags=8<SPAN>\n"
            "\t        ifmaxaddr 0 port 6 priority 0 path cost 0\n"
            "\tgroups: bridge\n"
            "\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>\n");
}

TEST(Marks, AreFoundAmongTheOtherNames) {
  net::Link marked = link(6, "em0", "", ethernet);
  marked.other_names = {group_mark("db", "1"), span_mark(3, "2"), "enp1s0"};
  EXPECT_EQ(groups_of(marked), std::vector<std::string>{"db"});
  EXPECT_EQ(span_of(marked), 3);
  EXPECT_TRUE(is_group_mark(group_mark("db", "1"), "db"));
  EXPECT_FALSE(is_group_mark(group_mark("db", "1"), "d"));
  EXPECT_EQ(span_of(link(6, "em0", "", 0)), 0);
}

TEST(IsWanted, ByStateAndGroup) {
  net::Link cable = link(4, "epair0a", "veth", up | ethernet);
  EXPECT_TRUE(is_wanted(cable, {.up_only = true}));
  EXPECT_FALSE(is_wanted(cable, {.down_only = true}));
  EXPECT_TRUE(is_wanted(cable, {.group = "epair"}));
  EXPECT_TRUE(is_wanted(cable, {.group = "all"}));
  EXPECT_FALSE(is_wanted(cable, {.group = "bridge"}));
  EXPECT_FALSE(is_wanted(cable, {.without_group = "epair"}));
}

TEST(Cloner, OfKindAndName) {
  EXPECT_EQ(cloner_of(link(2, "lo1", "bridge", 0)), "lo");
  EXPECT_EQ(cloner_of(link(2, "lobby", "bridge", 0)), "bridge");
  EXPECT_EQ(cloner_of(link(2, "eth0", "", 0)), "");
}

}  // namespace
}  // namespace cellblock::bsd
