#include "net/link.hpp"

#include <gtest/gtest.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

namespace cellblock::net {
namespace {

using sys::netlink::each_attribute;
using sys::netlink::value_of;

std::string payload_of(const Request& request) {
  return std::string(request.bytes().begin() + NLMSG_HDRLEN, request.bytes().end());
}

/// The value of the attribute at a path of types, of a request's payload.
std::string attribute(std::string payload, std::initializer_list<uint16_t> path, size_t header = sizeof(ifinfomsg)) {
  std::string inside = payload.substr(header);
  for (uint16_t step : path) {
    std::string found;
    each_attribute(inside, [&](uint16_t type, std::string_view value) {
      if (type == step) found = value;
    });
    inside = found;
  }
  return inside;
}

TEST(NewCable, IsOneRequestThatPlacesBothEnds) {
  Cable cable{.near_name = "epair0a", .far_name = "epair0b", .near = {.master = 7, .up = true}, .far_network = 5};
  std::string payload = payload_of(new_cable(cable));
  EXPECT_EQ(value_of<ifinfomsg>(payload).ifi_flags, unsigned{1});
  EXPECT_EQ(attribute(payload, {IFLA_IFNAME}), std::string("epair0a\0", 8));
  EXPECT_EQ(value_of<uint32_t>(attribute(payload, {IFLA_MASTER})), 7u);
  EXPECT_EQ(attribute(payload, {IFLA_LINKINFO, IFLA_INFO_KIND}), std::string("veth\0", 5));
  std::string peer = attribute(payload, {IFLA_LINKINFO, IFLA_INFO_DATA, VETH_INFO_PEER});
  EXPECT_EQ(value_of<ifinfomsg>(peer).ifi_flags, 0u);
  EXPECT_EQ(attribute(peer, {IFLA_IFNAME}), std::string("epair0b\0", 8));
  EXPECT_EQ(value_of<uint32_t>(attribute(peer, {IFLA_NET_NS_FD})), 5u);
  EXPECT_EQ(attribute(peer, {IFLA_MASTER}), "");
}

TEST(Groups, AreSetAtBirthAndDeletedAtOnce) {
  Cable cable{.near_name = "a", .far_name = "b", .near = {.group = 77}, .far_network = 5};
  auto link = parse_link(payload_of(new_cable(cable)));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->group, 77u);
  EXPECT_EQ(parse_link(payload_of(set_group(3, 78)))->group, 78u);
  EXPECT_EQ(value_of<uint32_t>(attribute(payload_of(delete_group(78)), {IFLA_GROUP})), 78u);
  EXPECT_EQ(attribute(payload_of(delete_group(78)), {IFLA_IFNAME}), "");
}

TEST(LinkLocal, IsSwitchedOffBeforeTheInterfaceIsUp) {
  auto link = parse_link(payload_of(set_link_local("eth0", LinkLocal::none, true)));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->name, "eth0");
  EXPECT_TRUE(link->is_up());
  EXPECT_FALSE(link->ip6_link_local);
  EXPECT_TRUE(parse_link(payload_of(set_link_local("eth0", LinkLocal::by_kernel, false)))->ip6_link_local);
  EXPECT_EQ(parse_link(payload_of(set_master("web", 4)))->master, 4);
}

TEST(ParseLink, ReadsWhatARequestSays) {
  Request request = new_link("bridge0", "bridge");
  request.attribute(IFLA_MTU, 1500).attribute(IFLA_MASTER, 3).attribute(IFLA_ADDRESS, "\2\0\0\0\0\1", 6);
  request.nest(IFLA_PROP_LIST, [](Request& list) { list.attribute(IFLA_ALT_IFNAME, "one").attribute(IFLA_ALT_IFNAME, "two"); });
  auto link = parse_link(payload_of(request));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->name, "bridge0");
  EXPECT_EQ(link->kind, "bridge");
  EXPECT_EQ(link->mtu, 1500u);
  EXPECT_EQ(link->master, 3);
  EXPECT_EQ(hardware_text(link->hardware), "02:00:00:00:00:01");
  EXPECT_EQ(link->other_names, (std::vector<std::string>{"one", "two"}));
}

TEST(ParseLink, ReadsBridgesAndTheirMembers) {
  auto bridge = parse_link(payload_of(set_bridge(3, {.stp = true, .priority = 4096, .max_age = 600})));
  ASSERT_TRUE(bridge);
  EXPECT_EQ(bridge->index, 3);
  EXPECT_TRUE(bridge->bridge.stp);
  EXPECT_EQ(bridge->bridge.priority, 4096);
  EXPECT_EQ(bridge->bridge.max_age, 600u);
  Request member(RTM_NEWLINK, 0);
  member.header(ifinfomsg{}).nest(IFLA_LINKINFO, [](Request& info) {
    info.attribute(IFLA_INFO_SLAVE_KIND, "bridge").nest(IFLA_INFO_SLAVE_DATA, [](Request& data) {
      data.attribute(IFLA_BRPORT_COST, uint32_t{19});
      uint8_t no = 0;
      data.attribute(IFLA_BRPORT_LEARNING, &no, 1);
    });
  });
  auto port = parse_link(payload_of(member));
  ASSERT_TRUE(port);
  EXPECT_EQ(port->port.cost, 19u);
  EXPECT_FALSE(port->port.learning);
}

TEST(ParseLink, RefusesWhatIsNoLink) {
  EXPECT_FALSE(parse_link(""));
  EXPECT_FALSE(parse_link(std::string(sizeof(ifinfomsg) - 1, '\0')));
  EXPECT_TRUE(parse_link(std::string(sizeof(ifinfomsg), '\0')));
}

TEST(Requests, NameTheirInterface) {
  for (const Request& request : {set_up(9, true), set_mtu(9, 1400), set_master(9, 2), delete_link(9), set_name(9, "x"),
                                 set_network(9, 4, "y"), add_other_name(9, "z"), flush_bridge(9), set_port(9, {.cost = 5})})
    EXPECT_EQ(value_of<ifinfomsg>(payload_of(request)).ifi_index, 9);
  EXPECT_EQ(value_of<uint16_t>(attribute(payload_of(new_vlan("v", 2, 77)), {IFLA_LINKINFO, IFLA_INFO_DATA, IFLA_VLAN_ID})), 77);
}

}  // namespace
}  // namespace cellblock::net
