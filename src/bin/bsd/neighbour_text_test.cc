#include "neighbour_text.hpp"

#include <gtest/gtest.h>
#include <linux/if_arp.h>
#include <linux/neighbour.h>

namespace cellblock::bsd {
namespace {

const LinkNames names{{4, "em0"}};
const std::string hardware("\2\0\0\0\0\1", 6);

TEST(ArpLine, OfEachState) {
  net::Neighbour entry{.index = 4, .ip = *net::parse_ip("10.0.0.2"), .hardware = hardware, .state = NUD_REACHABLE, .confirmed = 1000};
  EXPECT_EQ(arp_line(entry, names), "? (10.0.0.2) at 02:00:00:00:00:01 on em0 expires in 20 seconds [ethernet]\n");
  entry.confirmed = 99900;
  EXPECT_EQ(arp_line(entry, names), "? (10.0.0.2) at 02:00:00:00:00:01 on em0 expires in 1 seconds [ethernet]\n");
  entry.state = NUD_STALE;
  EXPECT_EQ(arp_line(entry, names), "? (10.0.0.2) at 02:00:00:00:00:01 on em0 expired [ethernet]\n");
  entry.state = NUD_PERMANENT;
  EXPECT_EQ(arp_line(entry, names), "? (10.0.0.2) at 02:00:00:00:00:01 on em0 permanent [ethernet]\n");
  entry.state = NUD_FAILED;
  entry.hardware.clear();
  EXPECT_EQ(arp_line(entry, names), "? (10.0.0.2) at (incomplete) on em0 expired [ethernet]\n");
}

TEST(NdpLine, HasScopeStateAndFlags) {
  net::Neighbour entry{.index = 4, .ip = *net::parse_ip("fe80::1"), .hardware = hardware, .state = NUD_STALE, .flags = NTF_ROUTER};
  EXPECT_EQ(ndp_heading() + ndp_line(entry, names),
            "Neighbor                             Linklayer Address  Netif Expire    S Flags\n"
            "fe80::1%em0                          02:00:00:00:00:01    em0 expired   S R\n");
}

TEST(WithOwn, AddsTheMachinesAddressesAndDropsGroups) {
  net::Link em0;
  em0.index = 4;
  em0.type = ARPHRD_ETHER;
  em0.hardware = hardware;
  std::vector<net::Neighbour> all{{.index = 4, .ip = *net::parse_ip("10.0.0.2"), .hardware = hardware, .state = NUD_STALE},
                                  {.index = 4, .ip = *net::parse_ip("224.0.0.1"), .state = NUD_NOARP}};
  std::vector<net::Address> addresses{{.index = 4, .ip = *net::parse_ip("10.0.0.1"), .prefix = 24},
                                      {.index = 1, .ip = *net::parse_ip("127.0.0.1"), .prefix = 8},
                                      {.index = 4, .ip = *net::parse_ip("fe80::2"), .prefix = 64}};
  auto shown = with_own(all, addresses, {em0}, false);
  ASSERT_EQ(shown.size(), 2u);
  EXPECT_EQ(shown[0].ip.text(), "10.0.0.1");
  EXPECT_EQ(shown[0].state, NUD_PERMANENT);
  EXPECT_EQ(shown[1].ip.text(), "10.0.0.2");
}

}  // namespace
}  // namespace cellblock::bsd
