#include "listeners.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace cellblock {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

sys::Socket seen(uint8_t protocol, uint16_t port, uint32_t inode) {
  sys::Socket out;
  out.protocol = protocol;
  out.port = port;
  out.inode = inode;
  return out;
}

TEST(HostListeners, NamesTheProcessThatOpenedTheSocket) {
  Holders holders{{5, {30, "sshd", false}}, {5, {20, "sshd", false}}, {6, {9, "cron", false}}};
  EXPECT_THAT(host_listeners({seen(IPPROTO_TCP, 22, 5)}, holders, "kernel"), ElementsAre(Listener{"tcp4", 22, "sshd", 20}));
}

TEST(HostListeners, LeavesOutSocketsOfOneAddressAndOfJails) {
  sys::Socket bound = seen(IPPROTO_TCP, 80, 5);
  bound.address = {10, 0, 0, 1};
  Holders holders{{5, {20, "nginx", false}}, {6, {21, "httpd", true}}};
  EXPECT_THAT(host_listeners({bound, seen(IPPROTO_TCP, 80, 6), seen(IPPROTO_UDP, 0, 5)}, holders, "kernel"), IsEmpty());
}

TEST(HostListeners, CountsASocketThatTheHostSharesWithAJail) {
  Holders holders{{5, {20, "inetd", false}}, {5, {10, "telnetd", true}}};
  EXPECT_THAT(host_listeners({seen(IPPROTO_TCP, 23, 5)}, holders, "kernel"), ElementsAre(Listener{"tcp4", 23, "inetd", 20}));
}

TEST(HostListeners, TellsTheFamiliesApartAndSorts) {
  sys::Socket both = seen(IPPROTO_UDP, 53, 7), six = seen(IPPROTO_UDP, 53, 8);
  both.v6 = six.v6 = six.v6_only = true;
  Holders holders{{7, {1, "a", false}}, {8, {1, "a", false}}};
  EXPECT_THAT(host_listeners({six, both, seen(IPPROTO_TCP, 9, 0)}, holders, "kernel"),
              ElementsAre(Listener{"tcp4", 9, "kernel", 0}, Listener{"udp46", 53, "a", 1}, Listener{"udp6", 53, "a", 1}));
}

TEST(HostListeners, NamesAServiceWithManySocketsOnOnePortOnce) {
  Holders holders{{1, {4, "named", false}}, {2, {4, "named", false}}};
  EXPECT_THAT(host_listeners({seen(IPPROTO_UDP, 53, 1), seen(IPPROTO_UDP, 53, 2)}, holders, "kernel"),
              ElementsAre(Listener{"udp4", 53, "named", 4}));
}

TEST(IsJailed, KnowsAJailsGroup) {
  EXPECT_TRUE(is_jailed("9:name=systemd:/\n0::/cellblock/7\n"));
  EXPECT_TRUE(is_jailed("0::/init.scope/cellblock/7/web\n"));
  EXPECT_TRUE(is_jailed("0::/../cellblock/7/9\n"));
  EXPECT_FALSE(is_jailed("0::/system.slice/ssh.service\n"));
  EXPECT_FALSE(is_jailed("0::/cellblock\n1:x:/7\n"));
  EXPECT_FALSE(is_jailed("0::/cellblock/web\n"));
  EXPECT_FALSE(is_jailed(""));
}

TEST(ListenerReport, SaysWhoWhereAndWhatToDo) {
  EXPECT_EQ(listener_report({{"tcp46", 22, "sshd", 412}}),
            "tcp46 port 22              sshd (pid 412) listens on every address, a jail can have this port only with "
            "ip4.addr or ip6.addr: ListenAddress in /etc/ssh/sshd_config\n");
  EXPECT_THAT(listener_report({{"tcp4", 514, "rshd", 5}}), HasSubstr("ip6.addr, and SO_REUSEADDR: bind it"));
  EXPECT_THAT(listener_report({{"udp4", 514, "syslogd", 5}}), HasSubstr("no jail can have this port: syslogd -b ADDRESS"));
  EXPECT_THAT(listener_report({{"tcp4", 7001, "nc", 5}}), HasSubstr("bind it to one address"));
  EXPECT_THAT(listener_report({{"udp4", 4789, "kernel", 0}}), HasSubstr("kernel listens on every address"));
  EXPECT_THAT(listener_report({{"udp4", 4789, "?", 0}}), HasSubstr("ask as root"));
  EXPECT_EQ(listener_report({}), "on every address           none\n");
}

}  // namespace
}  // namespace cellblock
