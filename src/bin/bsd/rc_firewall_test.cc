#include "rc_firewall.hpp"

#include <gmock/gmock.h>

#include "base/text.hpp"

namespace cellblock::bsd {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> lines(std::string_view text, bool has_ip6 = false) {
  conf::RcConf conf;
  conf.read(text, 0);
  auto commands = firewall_commands(conf, has_ip6);
  if (!commands) return {"error: " + commands.error().text()};
  std::vector<std::string> out;
  for (const Words& words : *commands) out.push_back(join(words, " "));
  return out;
}

TEST(RcFirewall, NothingByDefault) {
  EXPECT_THAT(lines(""), IsEmpty());
  EXPECT_THAT(lines("firewall_type=UNKNOWN\n"), IsEmpty());
}

TEST(RcFirewall, OpenWithTranslation) {
  EXPECT_THAT(lines("firewall_type=\"open\"\nnatd_enable=\"YES\"\nnatd_interface=\"fxp0\"\n"),
              ElementsAre("-f flush", "add 100 pass all from any to any via lo0", "add 200 deny all from any to 127.0.0.0/8",
                          "add 300 deny ip from 127.0.0.0/8 to any", "add 50 divert 8668 ip4 from any to any via fxp0",
                          "add 65000 pass all from any to any"));
  EXPECT_THAT(lines("firewall_type=OPEN\nfirewall_nat_enable=YES\nfirewall_nat_interface=fxp0\nfirewall_nat_flags='same_ports'\n"),
              Contains("nat 123 config if fxp0 same_ports"));
  EXPECT_THAT(lines("firewall_type=OPEN\nfirewall_nat_enable=YES\nfirewall_nat_interface=192.0.2.1\n"), Contains("nat 123 config ip 192.0.2.1"));
}

TEST(RcFirewall, DivertsToNatd) {
  auto all = [](std::string_view more) { return lines(fmt::format("firewall_type=open\nnatd_enable=YES\n{}\n", more)); };
  EXPECT_THAT(all("natd_interface=fxp0\nnatd_flags='-dynamic -m -u -p 9999'"), Contains("add 50 divert 9999 ip4 from any to any via fxp0"));
  EXPECT_THAT(all("natd_flags='-n em1'"), Contains("add 50 divert 8668 ip4 from any to any via em1"));
  EXPECT_THAT(all("natd_interface=192.0.2.1"), Contains("add 50 divert 8668 ip4 from any to any via 192.0.2.1"));
  EXPECT_THAT(all(""), ElementsAre("error: $natd_interface is not set: firewall_type=\"open\" needs it"));
  EXPECT_THAT(all("natd_flags='-punch_fw 1:2'"), ElementsAre(testing::StartsWith("error: $natd_flags: punch_fw: not supported on this system")));
}

TEST(RcFirewall, ClosedIsTheLoopback) {
  EXPECT_THAT(lines("firewall_type=closed\n"), testing::SizeIs(4));
  EXPECT_THAT(lines("firewall_type=closed\n", true), Contains("add pass ipv6-icmp from any to any icmp6types 2,135,136"));
}

TEST(RcFirewall, Client) {
  EXPECT_THAT(lines("firewall_type=client\nfirewall_client_net=192.0.2.0/24\n"), Contains("add pass all from 192.0.2.0/24 to me"));
  EXPECT_THAT(lines("firewall_type=client\n"), ElementsAre("error: $firewall_client_net is not set: firewall_type=\"client\" needs it"));
}

TEST(RcFirewall, SimpleKeepsPrivateNetworksOutside) {
  auto all = lines("firewall_type=simple\nfirewall_simple_oif=ed0\nfirewall_simple_onet=192.0.2.16/28\nfirewall_simple_iif=ed1\n"
                   "firewall_simple_inet=192.0.2.32/28\n");
  EXPECT_THAT(all, Contains("add deny all from 192.0.2.32/28 to any in via ed0"));
  EXPECT_THAT(all, Contains("add deny all from any to 10.0.0.0/8 via ed0"));
  EXPECT_THAT(all, Not(Contains(testing::HasSubstr("nat"))));
  EXPECT_THAT(lines("firewall_type=simple\nfirewall_simple_oif=ed0\nfirewall_simple_onet=192.0.2.16/28\nfirewall_simple_iif=ed1\n"
                    "firewall_simple_inet=192.0.2.32/28\nnatd_enable=YES\nnatd_interface=ed0\n"),
              Contains("add divert 8668 ip4 from any to any via ed0")) << "between what may not come in and what may not go out";
}

TEST(RcFirewall, Workstation) {
  auto all = lines("firewall_type=workstation\nfirewall_myservices='22 53/udp'\nfirewall_allowservices=any\nfirewall_logdeny=YES\n");
  EXPECT_THAT(all, Contains("add pass tcp from any to me 22"));
  EXPECT_THAT(all, Contains("add pass udp from any to me 53"));
  EXPECT_EQ(all.back(), "add deny log ip from any to any");
}

TEST(RcFirewall, AFileOfIpfws) {
  EXPECT_THAT(lines("firewall_type=/etc/ipfw.rules\nfirewall_flags=-q\n"), Contains("-q /etc/ipfw.rules"));
  EXPECT_THAT(lines("firewall_type=opne\n"), ElementsAre("error: firewall_type=\"opne\": neither a kind of rules nor the path of a file"));
}

}  // namespace
}  // namespace cellblock::bsd
