#include "ifconfig_words.hpp"

#include <gtest/gtest.h>

namespace cellblock::bsd {
namespace {

IfRequest parse(Words words) {
  words.insert(words.begin(), "ifconfig");
  auto request = parse_ifconfig(words);
  EXPECT_TRUE(request) << request.error().text();
  return request ? *request : IfRequest();
}

std::string refused(Words words) {
  words.insert(words.begin(), "ifconfig");
  auto request = parse_ifconfig(words);
  EXPECT_FALSE(request);
  return request ? "" : request.error().text();
}

TEST(IfconfigWords, Lists) {
  EXPECT_EQ(parse({}).kind, IfKind::list);
  EXPECT_EQ(parse({"-a"}).interface, "");
  EXPECT_EQ(parse({"-l"}).kind, IfKind::names);
  EXPECT_EQ(parse({"-C"}).kind, IfKind::cloners);
  EXPECT_EQ(parse({"-g", "epair"}).kind, IfKind::group_members);
  EXPECT_EQ(parse({"-a", "-g", "epair"}).kind, IfKind::list);
  EXPECT_TRUE(parse({"-lu"}).up_only);
  EXPECT_EQ(parse({"-l", "ether"}).family, IfFamily::ether);
  EXPECT_EQ(parse({"em0"}).kind, IfKind::list);
  EXPECT_EQ(parse({"em0", "inet6"}).family, IfFamily::inet6);
  EXPECT_EQ(parse({"em0", "inet6"}).kind, IfKind::list);
  EXPECT_EQ(parse({"-j", "www", "em0"}).jail, "www");
}

TEST(IfconfigWords, SeveralWordsOfTheDecks) {
  IfRequest request = parse({"bridge0", "addm", "bge0", "addm", "epair1a", "up"});
  ASSERT_EQ(request.words.size(), 3u);
  EXPECT_EQ(request.words[0].act, IfAct::add_member);
  EXPECT_EQ(request.words[0].text, "bge0");
  EXPECT_EQ(request.words[1].text, "epair1a");
  EXPECT_EQ(request.words[2].act, IfAct::up);
  EXPECT_FALSE(request.create);
  EXPECT_TRUE(parse({"epair", "create"}).create);
  EXPECT_TRUE(parse({"epair0a", "destroy"}).destroy);
  EXPECT_EQ(parse({"epair0b", "vnet", "9"}).words.at(0).act, IfAct::vnet);
  EXPECT_EQ(parse({"epair0b", "-vnet", "9"}).words.at(0).act, IfAct::unvnet);
}

TEST(IfconfigWords, AddressesInEveryForm) {
  for (const Words& words : {Words{"em0", "inet", "10.0.0.1/24"}, Words{"em0", "10.0.0.1", "netmask", "255.255.255.0"},
                             Words{"em0", "inet", "10.0.0.1", "netmask", "0xffffff00"}, Words{"em0", "10.0.0.1", "prefixlen", "24"}}) {
    IfRequest request = parse(words);
    ASSERT_EQ(request.addresses.size(), 1u);
    EXPECT_EQ(request.addresses[0].ip->text(), "10.0.0.1");
    EXPECT_EQ(request.addresses[0].prefix, 24);
    EXPECT_EQ(request.addresses[0].act, AddressAct::set);
  }
  IfAddress v6 = parse({"em0", "inet6", "fe80::1%em0", "prefixlen", "64", "alias"}).addresses.at(0);
  EXPECT_TRUE(v6.v6);
  EXPECT_EQ(v6.ip->text(), "fe80::1");
  EXPECT_EQ(v6.act, AddressAct::alias);
  EXPECT_FALSE(parse({"em0", "10.0.0.1"}).addresses.at(0).prefix);
  EXPECT_EQ(parse({"gif0", "10.0.0.1", "10.0.0.2"}).addresses.at(0).peer->text(), "10.0.0.2");
  EXPECT_EQ(parse({"em0", "inet", "10.0.0.1/24", "inet6", "2001:db8::1/64", "up"}).addresses.size(), 2u);
}

TEST(IfconfigWords, AddressesGo) {
  for (const Words& words : {Words{"em0", "-alias", "10.0.0.1"}, Words{"em0", "inet", "10.0.0.1", "delete"},
                             Words{"em0", "inet", "10.0.0.1/24", "-alias"}, Words{"em0", "delete", "10.0.0.1"}}) {
    IfRequest request = parse(words);
    ASSERT_EQ(request.addresses.size(), 1u);
    EXPECT_EQ(request.addresses[0].act, AddressAct::drop);
    EXPECT_EQ(request.addresses[0].ip->text(), "10.0.0.1");
  }
  EXPECT_FALSE(parse({"em0", "delete"}).addresses.at(0).ip);
}

TEST(IfconfigWords, RefusesWithOneLine) {
  EXPECT_EQ(refused({"em0", "10.0.0.300"}), "10.0.0.300: bad value");
  EXPECT_EQ(refused({"em0", "inet", "2001:db8::1"}), "2001:db8::1: bad value");
  EXPECT_EQ(refused({"em0", "10.0.0.1/33"}), "10.0.0.1/33: bad value");
  EXPECT_EQ(refused({"em0", "10.0.0.1", "netmask", "255.0.255.0"}), "255.0.255.0: bad value");
  EXPECT_EQ(refused({"em0", "mtu", "many"}), "many: bad value");
  EXPECT_EQ(refused({"bridge0", "addm"}), "'addm' requires argument");
  EXPECT_EQ(refused({"em0", "alias"}), "'alias' requires argument");
  EXPECT_EQ(refused({"em0", "name", "a_name_of_sixteen"}), "a_name_of_sixteen: name too long");
  EXPECT_EQ(refused({"an_interface_too_long0", "create"}), "an_interface_too_long0: cloning name too long");
  EXPECT_EQ(refused({"em0", "group", "web1"}), "setifgroup: group names may not end in a digit");
  EXPECT_EQ(refused({"em0", "ether", "02:00"}), "02:00: bad value");
  EXPECT_EQ(refused({"em0", "0.0.0.0/8"}), "0.0.0.0: bad value");
  EXPECT_EQ(refused({"em0", "224.0.0.1/8"}), "224.0.0.1: bad value");
  EXPECT_EQ(refused({"gif0", "tunnel", "10.0.0.1", "::1"}), "source and destination address families do not match");
  EXPECT_EQ(refused({"em0", "destroy", "up"}), "");
  EXPECT_EQ(refused({"-Z"}), "");
}

}  // namespace
}  // namespace cellblock::bsd
