#include "route_words.hpp"

#include <gtest/gtest.h>

namespace cellblock::bsd {
namespace {

RouteRequest parse(Words words) {
  words.insert(words.begin(), "route");
  auto request = parse_route_words(words);
  EXPECT_TRUE(request) << request.error().text();
  return request ? *request : RouteRequest();
}

std::string refused(Words words) {
  words.insert(words.begin(), "route");
  auto request = parse_route_words(words);
  EXPECT_FALSE(request);
  return request ? "" : request.error().text();
}

TEST(RouteWords, TheDefaultRoute) {
  RouteRequest request = parse({"add", "default", "10.0.0.1"});
  EXPECT_EQ(request.act, RouteAct::add);
  EXPECT_EQ(request.destination.length, 0);
  EXPECT_EQ(request.gateway->text(), "10.0.0.1");
  EXPECT_FALSE(request.host);
  EXPECT_TRUE(parse({"-6", "add", "default", "fe80::1%em0"}).destination.ip.v6);
  EXPECT_EQ(parse({"-6", "add", "default", "fe80::1%em0"}).interface, "em0");
  EXPECT_TRUE(parse({"add", "-inet6", "default", "2001:db8::1"}).destination.ip.v6);
}

TEST(RouteWords, NetworksAndHosts) {
  EXPECT_EQ(parse({"add", "10.1.0.0/16", "10.0.0.1"}).destination, *net::parse_prefix("10.1.0.0/16"));
  EXPECT_EQ(parse({"add", "-net", "10.1.2.3", "10.0.0.1", "255.255.0.0"}).destination, *net::parse_prefix("10.1.0.0/16"));
  EXPECT_EQ(parse({"add", "-net", "10.1", "-netmask", "255.255.0.0", "10.0.0.1"}).destination, *net::parse_prefix("10.1.0.0/16"));
  EXPECT_EQ(parse({"add", "192.168.2.0", "10.0.0.1"}).destination, *net::parse_prefix("192.168.2.0/24"));
  RouteRequest host = parse({"add", "192.168.2.7", "10.0.0.1"});
  EXPECT_TRUE(host.host);
  EXPECT_EQ(host.destination.length, 32);
  EXPECT_TRUE(parse({"add", "-host", "192.168.2.0", "10.0.0.1"}).host);
  EXPECT_EQ(parse({"add", "-inet6", "2001:db8::", "-prefixlen", "32", "::1"}).destination, *net::parse_prefix("2001:db8::/32"));
}

TEST(RouteWords, TheRest) {
  EXPECT_TRUE(parse({"add", "-net", "10.2.0.0/16", "-interface", "epair0a"}).by_interface);
  EXPECT_EQ(parse({"add", "-net", "10.2.0.0/16", "-iface", "epair0a"}).interface, "epair0a");
  EXPECT_EQ(parse({"add", "default", "10.0.0.1", "-fib", "2"}).fib, 2u);
  EXPECT_EQ(parse({"-qn", "delete", "default"}).quiet, true);
  EXPECT_EQ(parse({"flush", "-inet6"}).act, RouteAct::flush);
  EXPECT_EQ(parse({"add", "10.0.0.0/8", "127.0.0.1", "-blackhole"}).fate, RouteFate::blackhole);
  EXPECT_EQ(parse({"-n", "get", "8.8.8.8"}).act, RouteAct::get);
  EXPECT_EQ(parse({"-j", "www", "get", "8.8.8.8"}).jail, "www");
}

TEST(RouteWords, RefusesWithOneLine) {
  EXPECT_EQ(refused({}), "");
  EXPECT_EQ(refused({"add", "default"}), "");
  EXPECT_EQ(refused({"fly"}), "");
  EXPECT_EQ(refused({"add", "nosuch", "10.0.0.1"}), "bad address: nosuch");
  EXPECT_EQ(refused({"add", "default", "10.0.0.999"}), "bad address: 10.0.0.999");
  EXPECT_EQ(refused({"add", "default", "10.0.0.1", "-fib", "254"}), "invalid fib number: 254");
  EXPECT_EQ(refused({"add", "default", "10.0.0.1", "-fib", "x"}), "invalid fib number: x");
  EXPECT_EQ(refused({"add", "10.0.0.0", "10.0.0.1", "255.0.255.0"}), "bad netmask: 255.0.255.0");
  EXPECT_EQ(refused({"add", "2001:db8::/32", "10.0.0.1"}), "bad address: 10.0.0.1");
  EXPECT_EQ(refused({"add", "default", "10.0.0.1", "-expire", "60"}), "-expire: not supported on this system");
  EXPECT_EQ(refused({"add", "default", "10.0.0.1", "-weight", "2"}), "-weight: not supported on this system");
  EXPECT_EQ(parse({"add", "default", "10.0.0.1", "-lock", "-hopcount", "3", "-sticky"}).destination_word, "default");
  EXPECT_EQ(refused({"add", "default", "10.0.0.1", "-frobnicate", "x"}), "bad keyword: frobnicate");
}

TEST(ParseNet, FillsWithZeros) {
  EXPECT_EQ(parse_net("10"), *net::parse_prefix("10.0.0.0/8"));
  EXPECT_EQ(parse_net("10.1"), *net::parse_prefix("10.1.0.0/16"));
  EXPECT_EQ(parse_net("10.1/12"), *net::parse_prefix("10.1.0.0/12"));
  EXPECT_EQ(parse_net("0.0.0.0"), *net::parse_prefix("0.0.0.0/0"));
  for (const char* wrong : {"", ".", "1.2.3.4.5", "10/33", "x", "10./8"}) EXPECT_FALSE(parse_net(wrong)) << wrong;
}

}  // namespace
}  // namespace cellblock::bsd
