#include "plan/network.hpp"

#include <gtest/gtest.h>

#include "plan/cable.hpp"

namespace cellblock::plan {
namespace {

using model::Wanted;

Wanted network(const std::string& name, std::vector<model::Setting> settings) {
  settings.insert(settings.begin(), {"name", {name}});
  return {.name = name, .configured = true, .settings = std::move(settings), .problems = {}};
}

Wanted jail(std::vector<model::Setting> settings) {
  settings.insert(settings.begin(), {{"name", {"web"}}, {"vnet", {}}});
  return {.name = "web", .configured = true, .settings = std::move(settings), .problems = {}};
}

const std::vector<Wanted> networks = {
    network("lan", {{"address", {"10.0.0.1/24", "fd00::1/64"}}, {"mtu", {"1400"}}, {"pool", {"10.0.0.100-10.0.0.200"}}}),
    network("dmz", {{"bridge", {"br7"}}})};

model::Cable cable_in(std::vector<model::Setting> settings) {
  Wanted wanted = jail(std::move(settings));
  auto expanded = expand_network(wanted, networks);
  EXPECT_TRUE(expanded) << expanded.error().text();
  auto cable = cable_of(wanted);
  EXPECT_TRUE(cable && *cable) << (cable ? "none" : cable.error().text());
  return cable && *cable ? **cable : model::Cable();
}

TEST(network, gives_a_jail_what_it_does_not_say_itself) {
  model::Cable cable = cable_in({{"net.network", {"lan"}}, {"net.address", {"10.0.0.5/24"}}});
  EXPECT_EQ(cable.bridge, "lan");
  EXPECT_EQ(cable.mtu, 1400u);
  EXPECT_EQ(cable.gateways, std::vector<std::string>{"10.0.0.1"});
  EXPECT_EQ(cable.bridge_addresses, (std::vector<model::CableAddress>{{"10.0.0.1", 24}, {"fd00::1", 64}}));
  EXPECT_EQ(cable_in({{"net.network", {"dmz"}}}).bridge, "br7");
  EXPECT_EQ(cable_in({{"net.network", {"lan"}}, {"net.address", {"10.0.0.5/24"}}, {"net.gateway", {"10.0.0.9"}}}).gateways,
            std::vector<std::string>{"10.0.0.9"});
}

TEST(network, auto_is_a_range_of_each_family) {
  model::Cable cable = cable_in({{"net.network", {"lan"}}, {"net.address", {"auto"}}});
  ASSERT_EQ(cable.ranges.size(), 2u);
  EXPECT_EQ(cable.ranges[0].first + "-" + cable.ranges[0].last, "10.0.0.100-10.0.0.200");
  EXPECT_EQ(cable.ranges[0].prefix, 24);
  EXPECT_EQ(cable.ranges[1].first, "fd00::1");
  EXPECT_EQ(cable.ranges[1].last, "fd00::ffff:ffff:ffff:fffe");
  EXPECT_EQ(cable.gateways, (std::vector<std::string>{"10.0.0.1", "fd00::1"}));
}

TEST(network, hides_what_is_on_it) {
  auto nat_of = [](std::vector<model::Setting> settings) {
    Wanted wanted = jail({{"net.network", {"lan"}}, {"net.address", {"auto"}}});
    settings.push_back({"address", {"10.0.0.1/24"}});
    const std::vector<Wanted> all = {network("lan", std::move(settings))};
    EXPECT_TRUE(expand_network(wanted, all));
    auto cable = cable_of(wanted);
    return cable ? (*cable)->rules.bridge_nat.value_or("none") : cable.error().text();
  };
  EXPECT_EQ(nat_of({}), "none");
  EXPECT_EQ(nat_of({{"nat", {}}}), "");
  EXPECT_EQ(nat_of({{"nat", {"true"}}}), "");
  EXPECT_EQ(nat_of({{"nat", {"false"}}}), "none");
  EXPECT_EQ(nat_of({{"nat", {"em0"}}}), "em0");
  EXPECT_EQ(nat_of({{"nat", {"lan"}}}), "net.bridge.nat: lan: the bridge itself");
}

TEST(network, knows_whom_to_ask_for_names) {
  auto names_of = [](std::vector<model::Setting> settings, std::vector<model::Setting> own = {}) {
    own.push_back({"net.network", {"lan"}});
    Wanted wanted = jail(std::move(own));
    const std::vector<Wanted> all = {network("lan", std::move(settings))};
    EXPECT_TRUE(expand_network(wanted, all));
    std::string text;
    for (const char* name : {"net.dns", "net.search"})
      if (const model::Setting* setting = wanted.find(name))
        for (const std::string& value : setting->values) text += " " + value;
    return text;
  };
  EXPECT_EQ(names_of({}), "");
  EXPECT_EQ(names_of({{"dns", {"10.0.0.1", "10.0.0.2"}}, {"domain", {"a.org"}}}), " 10.0.0.1 10.0.0.2 a.org");
  EXPECT_EQ(names_of({{"dns", {"10.0.0.1"}}, {"domain", {"a.org"}}, {"search", {"b.org", "c.org"}}}), " 10.0.0.1 b.org c.org");
  EXPECT_EQ(names_of({{"dns", {"10.0.0.1"}}}, {{"net.dns", {"10.0.0.9"}}}), " 10.0.0.9");
}

TEST(network, that_is_not_there_or_given_twice_is_refused) {
  Wanted none = jail({{"net.network", {"wan"}}});
  EXPECT_EQ(expand_network(none, networks).error().text(), "net.network: wan: there is none of that name");
  Wanted both = jail({{"net.network", {"lan"}}, {"net.bridge", {"br0"}}});
  EXPECT_EQ(expand_network(both, networks).error().text(), "net.network: lan: not together with net.bridge");
}

std::string problem(std::vector<Wanted> all) {
  auto problems = check_networks(all);
  return problems.empty() ? "" : problems.front();
}

TEST(networks, are_checked) {
  EXPECT_EQ(problem(networks), "");
  EXPECT_EQ(problem({network("a", {{"adress", {"x"}}})}), "a: adress: no parameter of a network");
  EXPECT_EQ(problem({network("a", {{"address", {"10.0.0.1"}}})}),
            "a: address: 10.0.0.1: the length of its network is missing, as in 10.0.0.1/24");
  EXPECT_EQ(problem({network("a", {{"address", {"10.0.0.1/24"}}, {"pool", {"10.0.0.9-10.0.0.2"}}})}),
            "a: pool: 10.0.0.9-10.0.0.2/24: not a range of one network");
  EXPECT_EQ(problem({network("a", {{"address", {"10.0.0.1/24"}}, {"pool", {"10.0.1.9-10.0.1.20"}}})}),
            "a: pool: 10.0.1.9-10.0.1.20: in no network of address");
  EXPECT_EQ(problem({network("a_very_long_name", {})}),
            "a_very_long_name: bridge: a_very_long_name: an interface's name has 15 characters at most");
  EXPECT_EQ(problem({network("a", {{"address", {"10.0.0.1/24"}}}), network("b", {{"address", {"10.0.0.200/25"}}})}),
            "b: address: 10.0.0.200/25: overlaps 10.0.0.1/24 of a");
  EXPECT_EQ(problem({network("a", {{"dns", {"10.0.0"}}})}), "a: dns: 10.0.0: not an address");
  EXPECT_EQ(problem({network("a", {{"dns", {"10.0.0.1"}}, {"search", {"a b"}}})}), "a: search: \"a b\" is no domain");
  EXPECT_EQ(problem({network("a", {{"bridge", {"br0"}}}), network("b", {{"bridge", {"br0"}}})}),
            "b: bridge: a has br0 already");
  EXPECT_EQ(problem({network("guest", {{"address", {"10.0.0.1/24"}}})}), "");
  EXPECT_EQ(problem({network("a", {{"address", {"fd00::1/64"}}, {"mtu", {"576"}}})}), "a: mtu: 576: not from 1280 to 65535");
  EXPECT_EQ(problem({network("a", {{"address", {"10.0.0.1/24", "10.0.1.1/24"}}})}), "a: address: 10.0.1.1/24: there is one of IPv4 already");
  EXPECT_EQ(problem({network("a", {{"address", {"10.0.0.255/24"}}})}), "a: address: 10.0.0.255/24: the network's broadcast address");
  EXPECT_EQ(problem({network("a", {{"nat", {"yes"}}})}), "a: nat: yes: true, false or an interface");
  EXPECT_EQ(problem({network("a", {{"isolated", {"maybe"}}})}), "a: isolated: unknown boolean value \"maybe\"");
}

TEST(networks, overlap_wherever_they_stand) {
  std::vector<Wanted> many;
  for (int i = 0; i < 200; ++i) many.push_back(network(fmt::format("n{}", i), {{"address", {fmt::format("10.{}.0.1/24", i)}}}));
  EXPECT_EQ(check_networks(many).size(), 0u);
  many.push_back(network("all", {{"address", {"10.0.0.2/8"}}}));
  EXPECT_EQ(check_networks(many).size(), 200u);
  many.back() = network("one", {{"address", {"10.7.0.200/25"}}});
  EXPECT_EQ(check_networks(many), std::vector<std::string>{"one: address: 10.7.0.200/25: overlaps 10.7.0.1/24 of n7"});
}

}  // namespace
}  // namespace cellblock::plan
