#include "net/route.hpp"

#include "net/fib.hpp"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace cellblock::net {
namespace {

std::string payload_of(const sys::netlink::Request& request) {
  return std::string(request.bytes().begin() + NLMSG_HDRLEN, request.bytes().end());
}

TEST(ParseRoute, ReadsWhatARequestSays) {
  Route route{.to = *parse_prefix("10.1.0.0/16"), .gateway = parse_ip("10.0.0.1"), .source = parse_ip("10.0.0.9"), .index = 3,
              .table = 1000, .metric = 5, .mtu = 1400};
  auto read = parse_route(payload_of(add_route(route)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->to, route.to);
  EXPECT_EQ(read->gateway, route.gateway);
  EXPECT_EQ(read->source, route.source);
  EXPECT_EQ(read->index, 3);
  EXPECT_EQ(read->table, 1000u);
  EXPECT_EQ(read->metric, 5u);
  EXPECT_EQ(read->mtu, 1400u);
  EXPECT_EQ(read->protocol, RTPROT_STATIC);
}

TEST(ParseRoute, TheDefaultRouteHasNoDestination) {
  auto read = parse_route(payload_of(add_route({.to = {*parse_ip("::"), 0}, .gateway = parse_ip("fe80::1"), .index = 2})));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->to.ip.v6);
  EXPECT_EQ(read->to.length, 0);
  EXPECT_EQ(read->table, main_table);
}

TEST(ParseRoute, AGatewayMayBeOfTheOtherFamily) {
  auto read = parse_route(payload_of(add_route({.to = *parse_prefix("0.0.0.0/0"), .gateway = parse_ip("fe80::1"), .index = 2})));
  ASSERT_TRUE(read && read->gateway);
  EXPECT_EQ(read->gateway->text(), "fe80::1");
}

TEST(ParseRoute, RefusesWhatIsNoRoute) {
  std::string whole = payload_of(delete_route({.to = *parse_prefix("10.0.0.0/8")}));
  EXPECT_TRUE(parse_route(whole));
  EXPECT_FALSE(parse_route(whole.substr(0, sizeof(rtmsg) - 1)));
  std::string other = whole;
  other[0] = AF_BRIDGE;
  EXPECT_FALSE(parse_route(other));
  other = whole;
  other[1] = 33;
  EXPECT_FALSE(parse_route(other));
  other = whole;
  other[0] = AF_INET6;  // with four bytes of address
  EXPECT_FALSE(parse_route(other));
}

TEST(Fib, IsATable) {
  EXPECT_EQ(table_of_fib(0), 254u);
  EXPECT_EQ(table_of_fib(3), 3u);
  EXPECT_FALSE(table_of_fib(255));
  EXPECT_FALSE(table_of_fib(-1));
}

}  // namespace
}  // namespace cellblock::net
