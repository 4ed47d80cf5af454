#include "plan/cables.hpp"

#include <gtest/gtest.h>

#include "plan/network.hpp"
#include "plan/wants.hpp"

namespace cellblock::plan {
namespace {

using model::Setting;
using model::Wanted;

Wanted jail(std::vector<Setting> more, std::string name = "web") {
  Wanted wanted{.name = name, .configured = true, .settings = {{"name", {name}}, {"vnet", {}}}, .problems = {}};
  wanted.settings.insert(wanted.settings.end(), more.begin(), more.end());
  return wanted;
}

std::string problem(std::vector<Setting> more) {
  auto cables = cables_of(jail(std::move(more)));
  return cables ? "" : cables.error().text();
}

TEST(Cables, TheFirstHasNoNameAndTheOthersTheirInterfaces) {
  auto cables = cables_of(jail({{"net.eth1.bridge", {"br1"}}, {"net.bridge", {"br0"}}, {"net.eth1.address", {"10.1.0.5/24"}},
                                {"net.eth1.noisolated", {}}, {"net.wan.bridge", {"br2"}}, {"net.wan.isolated", {}}}));
  ASSERT_TRUE(cables);
  ASSERT_EQ(cables->size(), 3u);
  EXPECT_EQ((*cables)[0].cable->near + " " + (*cables)[0].cable->interface, "web eth0");
  EXPECT_EQ((*cables)[1].cable->near + " " + (*cables)[1].cable->interface, "web.eth1 eth1");
  EXPECT_EQ((*cables)[1].cable->addresses[0].address, "10.1.0.5");
  EXPECT_FALSE((*cables)[1].cable->isolated);
  EXPECT_EQ((*cables)[2].cable->bridge, "br2");
  EXPECT_TRUE((*cables)[2].cable->isolated);
}

TEST(Cables, AnEndOnTheHostHasANameThatFits) {
  auto cables = cables_of(jail({{"net.bridge", {"br0"}}, {"net.eth1.bridge", {"br1"}}}, "devmachine-017"));
  ASSERT_TRUE(cables);
  EXPECT_EQ((*cables)[1].cable->near.size(), 15u);
  EXPECT_TRUE((*cables)[1].cable->near.ends_with(".eth1"));
  auto other = cables_of(jail({{"net.bridge", {"br0"}}, {"net.eth1.bridge", {"br1"}}}, "devmachine-018"));
  EXPECT_NE((*cables)[1].cable->near, (*other)[1].cable->near);
}

TEST(Cables, WhatIsWrongNamesTheParameterAsItIsWritten) {
  EXPECT_EQ(problem({{"net.eth1.bridge", {"br1"}}, {"net.eth1.mac", {"02:00"}}}), "net.eth1.mac: 02:00: not a hardware address");
  EXPECT_EQ(problem({{"net.eth1.address", {"10.0.0.5/24"}}}), "net.eth1.bridge: missing: net.* say all that the cable is to be");
  EXPECT_EQ(problem({{"net.bridge", {"a"}}, {"net.interface", {"eth1"}}, {"net.eth1.bridge", {"b"}}}),
            "net.eth1: eth1: another cable's name");
  EXPECT_EQ(problem({{"net.bridge", {"a"}}, {"net.address", {"10.0.0.5/24"}}, {"net.eth1.bridge", {"b"}}, {"net.eth1.address", {"10.0.0.5/24"}}}),
            "net.eth1.address: 10.0.0.5: given twice");
  EXPECT_EQ(problem({{"net.bridge", {"a"}}, {"net.address", {"10.0.0.5/24"}}, {"net.gateway", {"10.0.0.1"}}, {"net.eth1.bridge", {"b"}},
                     {"net.eth1.address", {"10.1.0.5/24"}}, {"net.eth1.gateway", {"10.1.0.1"}}}),
            "net.eth1.gateway: 10.1.0.1: net.gateway has one for IPv4 already");
  EXPECT_EQ(problem({{"net.a-very-long-name.bridge", {"b"}}}).find("net.a-very-long-name: a-very-long-name: "), 0u);
}

TEST(Cables, AnEmptyBridgeIsNoCable) {
  auto cables = cables_of(jail({{"net.eth1.bridge", {""}}}));
  ASSERT_TRUE(cables);
  ASSERT_EQ(cables->size(), 1u);
  EXPECT_EQ((*cables)[0].name, "eth1");
  EXPECT_FALSE((*cables)[0].cable);
}

TEST(Cables, EachMayBeOfANetwork) {
  std::vector<Wanted> networks = {{.name = "lan", .configured = true, .settings = {{"address", {"10.0.0.1/24"}}}, .problems = {}},
                                  {.name = "store", .configured = true, .settings = {{"address", {"10.9.0.1/24"}}, {"mtu", {"1400"}}}, .problems = {}}};
  Wanted wanted = jail({{"net.network", {"lan"}}, {"net.address", {"10.0.0.5/24"}}, {"net.eth1.network", {"store"}}, {"net.eth1.address", {"auto"}}});
  ASSERT_TRUE(expand_network(wanted, networks));
  auto cables = cables_of(wanted);
  ASSERT_TRUE(cables) << cables.error().text();
  EXPECT_EQ((*cables)[0].cable->gateways, std::vector<std::string>{"10.0.0.1"});
  EXPECT_TRUE((*cables)[1].cable->gateways.empty());
  EXPECT_EQ((*cables)[1].cable->bridge, "store");
  EXPECT_EQ((*cables)[1].cable->mtu, 1400u);
  EXPECT_EQ((*cables)[1].cable->ranges.size(), 1u);
  Wanted none = jail({{"net.eth1.network", {"wan"}}});
  EXPECT_EQ(expand_network(none, networks).error().text(), "net.eth1.network: wan: there is none of that name");
}

TEST(Cables, EachAsksItsOwnServer) {
  EXPECT_EQ(address_commands(jail({{"net.bridge", {"a"}}, {"net.address", {"dhcp"}}, {"net.eth1.bridge", {"b"}}, {"net.eth1.address", {"dhcp"}}})),
            (std::vector<std::vector<std::string>>{{"dhclient", "-q", "eth0"}, {"dhclient", "-q", "eth1"}}));
}

}  // namespace
}  // namespace cellblock::plan
