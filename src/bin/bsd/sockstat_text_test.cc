#include "sockstat_text.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>

namespace cellblock::bsd {
namespace {

SockstatRequest parse(Words words) {
  words.insert(words.begin(), "sockstat");
  auto request = parse_sockstat(words);
  EXPECT_TRUE(request) << request.error().text();
  return request ? *request : SockstatRequest();
}

std::vector<sys::Socket> sockets() {
  sys::Socket listening, talking;
  listening.protocol = talking.protocol = IPPROTO_TCP;
  listening.port = 22;
  listening.state = 10;
  listening.inode = 7;
  talking.port = 40000;
  talking.peer_port = 80;
  talking.address = {10, 0, 0, 1};
  talking.peer = {10, 0, 0, 2};
  talking.state = 1;
  talking.inode = 8;
  return {listening, talking};
}

const SocketHolders holders{{7, {1050, 3, "sshd", "root"}}};

TEST(SockstatText, NamesHoldersOrNobody) {
  EXPECT_EQ(sockstat_text(parse({"-4"}), sockets(), {}, holders),
            "USER     COMMAND    PID   FD  PROTO  LOCAL ADDRESS         FOREIGN ADDRESS      \n"
            "root     sshd       1050  3   tcp4   *:22                  *:*                  \n"
            "?        ?          ?     ?   tcp4   10.0.0.1:40000        10.0.0.2:80          \n");
}

TEST(SockstatText, Chooses) {
  auto lines = [](const Words& words) {
    std::string text = sockstat_text(parse(words), sockets(), {}, holders);
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_EQ(lines({"-q"}), 2);
  EXPECT_EQ(lines({"-q", "-l"}), 1);
  EXPECT_EQ(lines({"-q", "-c"}), 1);
  EXPECT_EQ(lines({"-q6"}), 0);
  EXPECT_EQ(lines({"-q", "-P", "udp"}), 0);
  EXPECT_EQ(lines({"-q", "-p", "22"}), 1);
  EXPECT_EQ(lines({"-q", "-p", "79-81,9"}), 1);
  EXPECT_EQ(lines({"-q", "-p", "81-90"}), 0);
  EXPECT_EQ(lines({"-q", "-j", "3"}), 1);  // of a jail only what it holds
}

TEST(SockstatText, RefusesWithOneLine) {
  EXPECT_EQ(parse_sockstat({"sockstat", "-p", "90-80"}).error().text(), "syntax error in port range");
  EXPECT_EQ(parse_sockstat({"sockstat", "-p", "70000"}).error().text(), "syntax error in port range");
  EXPECT_EQ(parse_sockstat({"sockstat", "-P", "xyz"}).error().text(), "getprotobyname: xyz: protocol not found");
  EXPECT_EQ(parse_sockstat({"sockstat", "more"}).error().text(), "");
}

}  // namespace
}  // namespace cellblock::bsd
