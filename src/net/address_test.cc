#include "net/address.hpp"

#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

namespace cellblock::net {
namespace {

std::string payload_of(const sys::netlink::Request& request) {
  return std::string(request.bytes().begin() + NLMSG_HDRLEN, request.bytes().end());
}

TEST(ParseAddress, ReadsWhatARequestSays) {
  Address address{.index = 4, .ip = *parse_ip("10.0.0.1"), .prefix = 24, .broadcast = parse_ip("10.0.0.255")};
  auto read = parse_address(payload_of(add_address(address)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->index, 4);
  EXPECT_EQ(read->ip.text(), "10.0.0.1");
  EXPECT_EQ(read->prefix, 24);
  EXPECT_EQ(read->broadcast->text(), "10.0.0.255");
  EXPECT_FALSE(read->peer);
}

TEST(ParseAddress, KnowsTheOtherEnd) {
  Address address{.index = 4, .ip = *parse_ip("10.0.0.1"), .prefix = 32, .peer = parse_ip("10.0.0.2")};
  auto read = parse_address(payload_of(add_address(address)));
  ASSERT_TRUE(read && read->peer);
  EXPECT_EQ(read->ip.text(), "10.0.0.1");
  EXPECT_EQ(read->peer->text(), "10.0.0.2");
}

TEST(ParseAddress, TakesTheLongFormOfTheFlags) {
  Address address{.index = 1, .ip = *parse_ip("2001:db8::1"), .prefix = 64, .flags = IFA_F_NODAD | 0x100};
  EXPECT_EQ(parse_address(payload_of(add_address(address)))->flags, IFA_F_NODAD | 0x100u);
}

TEST(ParseAddress, RefusesWhatIsNoAddress) {
  std::string whole = payload_of(delete_address({.index = 1, .ip = *parse_ip("10.0.0.1"), .prefix = 8}));
  EXPECT_TRUE(parse_address(whole));
  EXPECT_FALSE(parse_address(whole.substr(0, sizeof(ifaddrmsg) - 1)));
  EXPECT_FALSE(parse_address(whole.substr(0, sizeof(ifaddrmsg))));
  whole[1] = 33;  // a prefix longer than the address
  EXPECT_FALSE(parse_address(whole));
}

}  // namespace
}  // namespace cellblock::net
