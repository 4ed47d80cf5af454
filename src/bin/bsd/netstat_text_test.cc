#include "netstat_text.hpp"

#include <gtest/gtest.h>

namespace cellblock::bsd {
namespace {

TEST(InterfacesText, CountsOnTheLinksOwnLine) {
  net::Link link;
  link.index = 4;
  link.name = "em0";
  link.mtu = 1500;
  link.flags = 1;
  link.hardware = std::string("\2\0\0\0\0\1", 6);
  link.counters = {.in_packets = 12, .out_packets = 34, .in_bytes = 560, .out_bytes = 780};
  std::vector<net::Address> addresses{{.index = 4, .ip = *net::parse_ip("10.0.0.1"), .prefix = 24},
                                      {.index = 5, .ip = *net::parse_ip("10.0.1.1"), .prefix = 24}};
  EXPECT_EQ(interfaces_text({link}, addresses, {}),
            "Name      Mtu Network       Address              Ipkts Ierrs Idrop    Opkts Oerrs  Coll\n"
            "em0      1500 <Link#4>      02:00:00:00:00:01       12     0     0       34     0     0\n"
            "em0         - 10.0.0.0/24   10.0.0.1                 -     -     -        -     -     -\n");
  EXPECT_EQ(interfaces_text({link}, {}, {.bytes = true, .drops = true}),
            "Name      Mtu Network       Address              Ipkts Ierrs Idrop     Ibytes    Opkts Oerrs     Obytes  Coll  Drop\n"
            "em0      1500 <Link#4>      02:00:00:00:00:01       12     0     0        560       34     0        780     0     0\n");
}

}  // namespace
}  // namespace cellblock::bsd
