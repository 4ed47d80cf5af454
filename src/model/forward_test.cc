#include "model/forward.hpp"

#include <gtest/gtest.h>

namespace cellblock::model {
namespace {

std::string again(std::string_view text) {
  auto forward = parse_forward(text);
  return forward ? text_of(*forward) : forward.error().text();
}

TEST(Forward, IsReadAndWritten) {
  EXPECT_EQ(again("8080:80"), "tcp:8080:80");
  EXPECT_EQ(again("tcp:8080:80"), "tcp:8080:80");
  EXPECT_EQ(again("udp:53:5353"), "udp:53:5353");
  EXPECT_EQ(again("192.0.2.1:8080:80"), "tcp:192.0.2.1:8080:80");
  EXPECT_EQ(again("tcp:[FD00::0:1]:8080:80"), "tcp:[fd00::1]:8080:80");
  EXPECT_EQ(again("udp:5000-5009:6000"), "udp:5000-5009:6000");
  EXPECT_EQ(again(" 8080:80  from 10.0.0.0/8, fd00::/16 "), "tcp:8080:80 from 10.0.0.0/8,fd00::/16");
  EXPECT_EQ(again("8080:80 from 192.0.2.7"), "tcp:8080:80 from 192.0.2.7/32");
  EXPECT_EQ(again("8080:80 from 0.0.0.0/0"), "tcp:8080:80 from 0.0.0.0/0");
  EXPECT_EQ(again(again("udp:[fd00::1]:5000-5009:6000 from fd00::/16,fe80::/10")),
            "udp:[fd00::1]:5000-5009:6000 from fd00::/16,fe80::/10");
}

TEST(Forward, DropsSourcesWithinOthers) {
  EXPECT_EQ(again("1:1 from 10.1.0.0/16,10.0.0.0/8,10.2.3.4"), "tcp:1:1 from 10.0.0.0/8");
  EXPECT_EQ(again("1:1 from 10.1.0.0/16,10.2.0.0/16,10.1.0.0/16"), "tcp:1:1 from 10.1.0.0/16,10.2.0.0/16");
}

TEST(Forward, RefusesWhatIsNone) {
  EXPECT_EQ(again("8080"), "8080: the jail's port is missing, as in tcp:8080:80 or 192.0.2.1:8080:80 from 10.0.0.0/8");
  EXPECT_EQ(again("web:80"), "web:80: \"web\" is no port, as in tcp:8080:80 or 192.0.2.1:8080:80 from 10.0.0.0/8");
  for (auto bad : {"0:80", "80:65536", "80-:80", "-80:80", "80:", "80:80-90", "", "sctp:80", "80:80:"})
    EXPECT_FALSE(parse_forward(bad)) << bad;
  EXPECT_EQ(again("fd00::1:80:80"), "fd00::1:80:80: an IPv6 address stands in brackets, [fd00::1]");
  EXPECT_EQ(again("127.0.0.1:80:80"), "127.0.0.1:80:80: 127.0.0.1: not an address of the host's");
  EXPECT_EQ(again("80-70:80"), "80-70:80: 80-70: not 1 to 4096 ports");
  EXPECT_EQ(again("1-4097:80"), "1-4097:80: 1-4097: not 1 to 4096 ports");
  EXPECT_EQ(again("80-90:65530"), "80-90:65530: 65530: the jail's ports end at 65535");
  EXPECT_EQ(again("80:80 from lan"), "80:80 from lan: from lan: not a network, as in 10.0.0.0/8");
  EXPECT_EQ(again("80:80 from 10.1.0.0/8"), "80:80 from 10.1.0.0/8: from 10.1.0.0/8: not a network, that would be 10.0.0.0/8");
  EXPECT_EQ(again("80:80 from 10.0.0.0/33"), "80:80 from 10.0.0.0/33: from 10.0.0.0/33: bad length of a network");
  EXPECT_EQ(again("80:80 from"), "80:80 from: from: no network, as in 10.0.0.0/8");
  EXPECT_EQ(again("192.0.2.1:80:80 from fd00::/8"), "192.0.2.1:80:80 from fd00::/8: from fd00::: not of the family of 192.0.2.1");
  EXPECT_FALSE(parse_forward("80:80 to 10.0.0.0/8"));
}

TEST(Forward, CollidesByProtocolAddressAndPort) {
  auto both = [](std::string_view left, std::string_view right) { return collide(*parse_forward(left), *parse_forward(right)); };
  EXPECT_TRUE(both("80:80", "tcp:80:81"));
  EXPECT_FALSE(both("80:80", "udp:80:80"));
  EXPECT_TRUE(both("80-90:80", "90-99:1"));
  EXPECT_FALSE(both("80-89:80", "90-99:1"));
  EXPECT_TRUE(both("192.0.2.1:80:80", "80:80"));
  EXPECT_FALSE(both("192.0.2.1:80:80", "192.0.2.2:80:80"));
}

}  // namespace
}  // namespace cellblock::model
