#include "sockets.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>

namespace cellblock::bsd {
namespace {

sys::Socket socket(bool v6, uint8_t protocol, uint16_t port, uint8_t state) {
  sys::Socket out;
  out.v6 = v6;
  out.protocol = protocol;
  out.port = port;
  out.state = state;
  return out;
}

TEST(Sockets, AreOfAFamilyOrOfBoth) {
  sys::Socket four = socket(false, IPPROTO_TCP, 80, 10), both = socket(true, IPPROTO_TCP, 80, 10), six = both, mapped = both;
  six.v6_only = true;
  mapped.address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};
  EXPECT_TRUE(is_of(four, true, false) && is_of(both, true, false) && is_of(mapped, true, false));
  EXPECT_TRUE(is_of(both, false, true) && is_of(six, false, true));
  EXPECT_FALSE(is_of(six, true, false) || is_of(four, false, true) || is_of(mapped, false, true) || is_of(both, false, false));
}

TEST(InternetTable, ListensAndTalks) {
  sys::Socket talking = socket(false, IPPROTO_TCP, 22, 1);
  talking.address = {10, 0, 0, 1};
  talking.peer = {10, 0, 0, 2};
  talking.peer_port = 5555;
  talking.received = 3;
  sys::Socket both = socket(true, IPPROTO_TCP, 80, 10), six = both;
  six.v6_only = true;
  both.received = 9;  // of a listener: connections that wait
  std::vector<sys::Socket> all{talking, both, six, socket(false, IPPROTO_UDP, 68, 7)};
  EXPECT_EQ(internet_table(all, true),
            "Active Internet connections (including servers)\n"
            "Proto Recv-Q Send-Q Local Address          Foreign Address        (state)\n"
            "tcp4       3      0 10.0.0.1.22            10.0.0.2.5555          ESTABLISHED\n"
            "tcp46      0      0 *.80                   *.*                    LISTEN\n"
            "tcp6       0      0 *.80                   *.*                    LISTEN\n"
            "udp4       0      0 *.68                   *.*\n");
  EXPECT_EQ(internet_table(all, false),
            "Active Internet connections\n"
            "Proto Recv-Q Send-Q Local Address          Foreign Address        (state)\n"
            "tcp4       3      0 10.0.0.1.22            10.0.0.2.5555          ESTABLISHED\n");
}

TEST(UnixSockets, ReadsTheKernelsTable) {
  auto all = parse_unix_sockets(
      "Num       RefCount Protocol Flags    Type St Inode Path\n"
      "0000000000000000: 00000002 00000000 00010000 0001 01 1529 /run/a b\n"
      "0000000000000000: 00000003 00000000 00000000 0002 03 1530\n"
      "broken\n"
      "0000000000000000: 0000000x 00000000 00000000 0002 03 1531\n");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_TRUE(all[0].listens);
  EXPECT_EQ(all[0].inode, 1529u);
  EXPECT_EQ(all[0].path, "/run/a b");
  EXPECT_TRUE(all[1].connected);
  EXPECT_EQ(all[1].path, "");
  EXPECT_NE(unix_table(all).find(" /run/a b\n"), std::string::npos);
}

}  // namespace
}  // namespace cellblock::bsd
