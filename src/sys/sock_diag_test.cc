#include "sys/sock_diag.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/fd.hpp"

namespace cellblock::sys {
namespace {

std::string message(uint8_t family, const char* address, uint16_t port, uint32_t inode) {
  inet_diag_msg message{};
  message.idiag_family = family;
  message.id.idiag_sport = htons(port);
  message.idiag_inode = inode;
  ::inet_pton(family, address, message.id.idiag_src);
  return {reinterpret_cast<const char*>(&message), sizeof message};
}

std::string v6_only() {
  nlattr attribute{sizeof(nlattr) + 1, INET_DIAG_SKV6ONLY};
  std::string out(reinterpret_cast<const char*>(&attribute), sizeof attribute);
  return out + std::string("\1\0\0\0", 4);
}

TEST(ParseSocket, ReadsAddressPortAndOwner) {
  auto socket = parse_socket(message(AF_INET, "10.0.0.7", 22, 4711), IPPROTO_TCP);
  ASSERT_TRUE(socket);
  EXPECT_FALSE(socket->v6);
  EXPECT_EQ(socket->port, 22);
  EXPECT_EQ(socket->inode, 4711u);
  EXPECT_EQ(socket->protocol, IPPROTO_TCP);
  EXPECT_FALSE(socket->every_address());
  EXPECT_TRUE(parse_socket(message(AF_INET, "0.0.0.0", 22, 1), IPPROTO_TCP)->every_address());
  EXPECT_TRUE(parse_socket(message(AF_INET6, "::", 22, 1), IPPROTO_UDP)->every_address());
  EXPECT_FALSE(parse_socket(message(AF_INET6, "::1", 22, 1), IPPROTO_UDP)->every_address());
}

TEST(ParseSocket, TellsSocketsForIpv6Alone) {
  EXPECT_FALSE(parse_socket(message(AF_INET6, "::", 22, 1), IPPROTO_TCP)->v6_only);
  EXPECT_TRUE(parse_socket(message(AF_INET6, "::", 22, 1) + v6_only(), IPPROTO_TCP)->v6_only);
}

TEST(ParseSocket, RefusesWhatIsTooShort) {
  std::string whole = message(AF_INET, "10.0.0.7", 22, 1);
  EXPECT_FALSE(parse_socket(whole.substr(0, whole.size() - 1), IPPROTO_TCP));
  EXPECT_FALSE(parse_socket("", IPPROTO_TCP));
}

// A socket of this very process is seen, with the inode number that it has in /proc.
TEST(WaitingSockets, FindsOneOfOurOwn) {
  Fd own(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ASSERT_TRUE(own);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  ASSERT_EQ(::bind(own.get(), reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  socklen_t size = sizeof name;
  ASSERT_EQ(::getsockname(own.get(), reinterpret_cast<sockaddr*>(&name), &size), 0);
  auto sockets = waiting_sockets();
  if (!sockets) GTEST_SKIP() << sockets.error().text();
  auto found = std::ranges::find_if(*sockets, [&name](const Socket& socket) {
    return socket.protocol == IPPROTO_UDP && !socket.v6 && socket.port == ntohs(name.sin_port);
  });
  ASSERT_NE(found, sockets->end());
  EXPECT_TRUE(found->every_address());
  char link[64] = {};
  ASSERT_GT(::readlink(fmt::format("/proc/self/fd/{}", own.get()).c_str(), link, sizeof link - 1), 0);
  EXPECT_EQ(fmt::format("socket:[{}]", found->inode), link);
}

}  // namespace
}  // namespace cellblock::sys
