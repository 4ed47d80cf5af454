#include "net/neighbour.hpp"

#include <gtest/gtest.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace cellblock::net {
namespace {

std::string payload_of(const sys::netlink::Request& request) {
  return std::string(request.bytes().begin() + NLMSG_HDRLEN, request.bytes().end());
}

TEST(ParseNeighbour, ReadsWhatARequestSays) {
  Neighbour neighbour{.index = 2, .ip = *parse_ip("10.0.0.2"), .hardware = std::string("\2\0\0\0\0\1", 6), .state = NUD_PERMANENT};
  auto read = parse_neighbour(payload_of(add_neighbour(neighbour)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->index, 2);
  EXPECT_EQ(read->ip, neighbour.ip);
  EXPECT_EQ(read->hardware, neighbour.hardware);
  EXPECT_EQ(read->state, NUD_PERMANENT);
}

TEST(ParseNeighbour, RefusesWhatIsNone) {
  std::string whole = payload_of(delete_neighbour({.index = 2, .ip = *parse_ip("fe80::1")}));
  EXPECT_TRUE(parse_neighbour(whole));
  EXPECT_FALSE(parse_neighbour(whole.substr(0, sizeof(ndmsg))));
  std::string other = whole;
  other[0] = AF_INET;  // with sixteen bytes of address
  EXPECT_FALSE(parse_neighbour(other));
  other[0] = AF_BRIDGE;
  EXPECT_FALSE(parse_neighbour(other));
}

}  // namespace
}  // namespace cellblock::net
