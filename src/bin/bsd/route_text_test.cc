#include "route_text.hpp"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

namespace cellblock::bsd {
namespace {

using net::Route;

const LinkNames names{{1, "lo0"}, {4, "em0"}};

Route route(const char* to, const char* gateway, uint8_t protocol, uint8_t type = RTN_UNICAST, uint32_t table = net::main_table) {
  Route out{.to = *net::parse_prefix(to), .index = 4, .table = table, .type = type, .protocol = protocol};
  if (*gateway) out.gateway = net::parse_ip(gateway);
  return out;
}

TEST(RouteTable, IsWhatFreeBSDWouldHave) {
  std::vector<Route> all{route("10.0.0.0/24", "", RTPROT_KERNEL),
                         route("10.0.0.9/32", "", RTPROT_KERNEL, RTN_LOCAL, net::local_table),
                         route("10.0.0.255/32", "", RTPROT_KERNEL, RTN_BROADCAST, net::local_table),
                         route("0.0.0.0/0", "10.0.0.1", RTPROT_STATIC),
                         route("10.9.0.0/16", "", RTPROT_STATIC, RTN_BLACKHOLE),
                         route("10.8.0.0/16", "10.0.0.2", RTPROT_STATIC, RTN_UNICAST, 7)};
  EXPECT_EQ(table_text(shown_routes(all, net::main_table), false, names),
            "\nInternet:\n"
            "Destination        Gateway            Flags     Netif Expire\n"
            "default            10.0.0.1           UGS         em0\n"
            "10.0.0.0/24        link#4             U           em0\n"
            "10.0.0.9           link#4             UHS         lo0\n"
            "10.9.0.0/16        link#4             USB         lo0\n");
  EXPECT_EQ(shown_routes(all, 7).size(), 1u);
}

TEST(RouteTable, ScopesOfTheSixthVersion) {
  std::vector<Route> all{route("fe80::/64", "", RTPROT_KERNEL), route("ff00::/8", "", RTPROT_KERNEL),
                         route("::/0", "fe80::1", RTPROT_RA)};
  all[2].expires = 90;
  EXPECT_EQ(table_text(shown_routes(all, net::main_table), true, names),
            "\nInternet6:\n"
            "Destination                       Gateway                       Flags     Netif Expire\n"
            "default                           fe80::1%em0                   UG1         em0     90\n"
            "fe80::%em0/64                     link#4                        U           em0\n");
}

TEST(RouteGet, TellsTheEntry) {
  EXPECT_EQ(get_text(*net::parse_ip("8.8.8.8"), route("0.0.0.0/0", "10.0.0.1", RTPROT_STATIC), 0, 1500, names),
            "   route to: 8.8.8.8\n"
            "destination: default\n"
            "       mask: default\n"
            "    gateway: 10.0.0.1\n"
            "        fib: 0\n"
            "  interface: em0\n"
            "      flags: <UP,GATEWAY,DONE,STATIC>\n"
            " recvpipe  sendpipe  ssthresh  rtt,msec    mtu        weight    expire\n"
            "       0         0         0         0      1500         1         0 \n");
  EXPECT_TRUE(get_text(net::Ip{}, route("0.0.0.0/0", "10.0.0.1", RTPROT_STATIC), 0, 1500, names)
                  .starts_with("   route to: default\ndestination: default\n"));
}

}  // namespace
}  // namespace cellblock::bsd
