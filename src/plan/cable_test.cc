#include "plan/cable.hpp"

#include <gtest/gtest.h>

namespace cellblock::plan {
namespace {

model::Wanted jail(std::vector<model::Setting> settings, const std::string& name = "web") {
  model::Wanted wanted{.name = name, .configured = true, .settings = {{"name", {name}}, {"vnet", {}}}, .problems = {}};
  for (model::Setting& setting : settings) wanted.settings.push_back(std::move(setting));
  return wanted;
}

std::string error(std::vector<model::Setting> more, const std::string& name = "web") {
  more.push_back({"net.bridge", {"br0"}});
  auto cable = cable_of(jail(std::move(more), name));
  return cable ? "" : cable.error().text();
}

TEST(cable, none_is_wanted) {
  auto cable = cable_of(jail({}));
  ASSERT_TRUE(cable);
  EXPECT_FALSE(*cable);
}

TEST(cable, asks_a_server) {
  model::Wanted wanted = jail({{"net.bridge", {"br0"}}, {"net.address", {"dhcp", "fd00::5/64"}}, {"net.interface", {"lan0"}}});
  auto cable = cable_of(wanted);
  ASSERT_TRUE(cable) << cable.error().text();
  EXPECT_TRUE((*cable)->dhcp);
  EXPECT_EQ((*cable)->addresses, (std::vector<model::CableAddress>{{"fd00::5", 64}}));
  EXPECT_EQ(address_command(wanted), (std::vector<std::string>{"dhclient", "-q", "lan0"}));
  EXPECT_TRUE(address_command(jail({{"net.bridge", {"br0"}}, {"net.address", {"10.0.0.5/24"}}})).empty());
}

TEST(cable, is_taken_apart) {
  auto cable = cable_of(jail({{"net.bridge", {"br0"}},
                              {"net.address", {"10.0.0.5/24", "FD00::5/64"}},
                              {"net.gateway", {"10.0.0.1", "fe80::1"}},
                              {"net.mac", {"2:0:0:0:0:a"}},
                              {"net.mtu", {"1400"}}}));
  ASSERT_TRUE(cable) << cable.error().text();
  const model::Cable& is = **cable;
  EXPECT_EQ(is.bridge + " " + is.near + " " + is.interface, "br0 web eth0");
  EXPECT_EQ(is.addresses, (std::vector<model::CableAddress>{{"10.0.0.5", 24}, {"fd00::5", 64}}));
  EXPECT_EQ(is.gateways, (std::vector<std::string>{"10.0.0.1", "fe80::1"}));
  EXPECT_EQ(is.hardware, (std::array<uint8_t, 6>{2, 0, 0, 0, 0, 10}));
  EXPECT_EQ(is.mtu, 1400u);
}

TEST(cable, refuses_names) {
  EXPECT_EQ(error({}, "a_jail_of_16_let"), "name: a_jail_of_16_let: an interface's name has 15 characters at most");
  EXPECT_EQ(error({}, "a_jail_of_15_le"), "");
  EXPECT_EQ(error({{"net.interface", {"a b"}}}), "net.interface: \"a b\" can't name an interface");
  EXPECT_EQ(error({{"net.interface", {"lo"}}}), "net.interface: lo: every jail has it already");
  EXPECT_EQ(error({}, "br0"), "net.bridge: br0: the name of the jail's own end on the host");
}

TEST(cable, refuses_addresses) {
  for (auto bad : {"10.0.0.300/24", "0.0.0.0/8", "224.0.0.1/24", "::/64", "ff02::1/64", "::ffff:10.70.0.5/120", "127.0.0.1/8", "web/24"})
    EXPECT_EQ(error({{"net.address", {bad}}}), fmt::format("net.address: {}: not an address of a jail's", bad));
  EXPECT_EQ(error({{"net.address", {"10.0.0.5"}}}),
            "net.address: 10.0.0.5: the length of its network is missing, as in 10.0.0.5/24");
  for (auto bad : {"10.0.0.5/33", "10.0.0.5/0", "fd00::5/129", "10.0.0.5/"})
    EXPECT_EQ(error({{"net.address", {bad}}}), fmt::format("net.address: {}: bad length of a network", bad));
  EXPECT_EQ(error({{"net.address", {"fd00::5/64", "FD00::0:5/64"}}}), "net.address: FD00::0:5/64: given twice");
}

TEST(cable, refuses_gateways) {
  auto with = [](std::string gateway) { return error({{"net.address", {"10.0.1.5/23"}}, {"net.gateway", {gateway}}}); };
  EXPECT_EQ(with("10.0.0.1"), "");
  EXPECT_EQ(with("10.0.2.1"), "net.gateway: 10.0.2.1: in no network of net.address");
  EXPECT_EQ(with("fd00::1"), "net.gateway: fd00::1: in no network of net.address");
  EXPECT_EQ(with("10.0.1.5"), "net.gateway: 10.0.1.5: the jail's own address");
  EXPECT_EQ(with("gw"), "net.gateway: gw: not an address");
  EXPECT_EQ(error({{"net.address", {"10.0.0.5/24"}}, {"net.gateway", {"10.0.0.1", "10.0.0.2"}}}),
            "net.gateway: 10.0.0.2: there is one for IPv4 already");
}

TEST(cable, refuses_hardware_and_mtu) {
  for (auto bad : {"02:00", "02:00:00:00:00:100", "02:00:00:00:00:0g", "02:00:00:00:00:00:00", ""})
    EXPECT_EQ(error({{"net.mac", {bad}}}), fmt::format("net.mac: {}: not a hardware address", bad));
  EXPECT_EQ(error({{"net.mac", {"01:00:00:00:00:01"}}}), "net.mac: 01:00:00:00:00:01: not the address of one interface");
  EXPECT_EQ(error({{"net.mtu", {"67"}}}), "net.mtu: 67: not from 68 to 65535");
  EXPECT_EQ(error({{"net.mtu", {"65536"}}}), "net.mtu: 65536: not from 68 to 65535");
  EXPECT_EQ(error({{"net.address", {"fd00::5/64"}}, {"net.mtu", {"1279"}}}), "net.mtu: 1279: not from 1280 to 65535");
}

TEST(cable, hides_and_leads) {
  auto cable = cable_of(jail({{"net.bridge", {"br0"}},
                              {"net.address", {"10.0.0.5/24"}},
                              {"net.nat", {}},
                              {"net.bridge.nat", {"em0"}},
                              {"net.forward", {"8080:80", "udp:53:53 from 10.0.0.0/8"}}}));
  ASSERT_TRUE(cable) << cable.error().text();
  const model::CableRules& rules = (*cable)->rules;
  EXPECT_TRUE(rules.nat);
  EXPECT_EQ(rules.bridge_nat, "em0");
  ASSERT_EQ(rules.forwards.size(), 2u);
  EXPECT_EQ(model::text_of(rules.forwards[1]), "udp:53:53 from 10.0.0.0/8");
}

TEST(cable, refuses_what_can_not_be_led) {
  const model::Setting address{"net.address", {"10.0.0.5/24"}};
  auto with = [&](std::vector<std::string> forwards) { return error({address, {"net.forward", std::move(forwards)}}); };
  EXPECT_EQ(with({"8080:80", "udp:8080:80", "192.0.2.1:8081:80"}), "");
  EXPECT_EQ(with({"8080:80", "8000-8090:80"}), "net.forward: tcp:8000-8090: given twice");
  EXPECT_EQ(with({"[fd00::1]:8080:80"}), "net.forward: tcp:[fd00::1]:8080: fd00::1: the jail has no IPv6 address");
  EXPECT_EQ(with({"8080:80 from fd00::/8"}), "net.forward: tcp:8080: fd00::: the jail has no IPv6 address");
  EXPECT_TRUE(with({"8080"}).starts_with("net.forward: 8080: the jail's port is missing"));
  EXPECT_EQ(error({{"net.forward", {"8080:80"}}}), "net.forward: tcp:8080: the jail has no address of its own in net.address");
  EXPECT_EQ(error({{"net.address", {"dhcp"}}, {"net.nat", {}}}), "net.nat: the jail has no address of its own in net.address");
  EXPECT_EQ(error({{"net.bridge.nat", {"br0"}}}), "net.bridge.nat: br0: the bridge itself");
  EXPECT_EQ(error({{"net.bridge.nat", {"a b"}}}), "net.bridge.nat: \"a b\" can't name an interface");
}

TEST(cable, needs_its_bridge_and_stack) {
  auto lonely = cable_of(jail({{"net.mtu", {"1400"}}}));
  ASSERT_FALSE(lonely);
  EXPECT_EQ(lonely.error().text(), "net.bridge: missing: net.* say all that the cable is to be");
  auto shared = cable_of({.name = "web", .configured = true,
                          .settings = {{"name", {"web"}}, {"net.bridge", {"br0"}}}, .problems = {}});
  ASSERT_FALSE(shared);
  EXPECT_EQ(shared.error().text(), "net.bridge: needs a network stack of the jail's own (vnet)");
}

}  // namespace
}  // namespace cellblock::plan
