#include "ipfw/nat.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "ipfw/natd.hpp"

namespace cellblock::ipfw {
namespace {

std::string error_of(std::string_view text) {
  auto nat = parse_nat(1, split_words(text));
  return nat ? "" : nat.error().text();
}

TEST(ParseNat, ReadsInstances) {
  auto nat = parse_nat(1, split_words("if em0 redirect_port tcp 10.0.0.2:80 8080 same_ports deny_in unreg_only"));
  ASSERT_TRUE(nat);
  EXPECT_EQ(nat->interface, "em0");
  EXPECT_TRUE(nat->denies_incoming && nat->private_only);
  ASSERT_EQ(nat->redirects.size(), 1u);
  EXPECT_EQ(nat->redirects[0].port, 8080u);
  EXPECT_EQ(nat->redirects[0].to_port, 80u);
  EXPECT_EQ(error_of("same_ports"), "nat: no interface or address");
  EXPECT_EQ(error_of("if em0 frob"), "nat: ``frob'' is not supported on this system");
  EXPECT_EQ(error_of("if"), "if: bad interface ``''");
  EXPECT_EQ(error_of("ip fe80::1"), "bad ip address ``fe80::1''");
}

TEST(ParseNat, RedirectsRangesAddressesAndProtocols) {
  auto nat = parse_nat(1, split_words("ip 192.0.2.1 redirect_port udp 10.0.0.2:2000-2999 192.0.2.2:2000-2999 198.51.100.1:53 "
                                      "redirect_port tcp 10.0.0.2:80-81 8080-8081 redirect_addr 10.0.0.3 192.0.2.3 redirect_proto gre 10.0.0.4 if em0"));
  ASSERT_TRUE(nat);
  ASSERT_EQ(nat->redirects.size(), 5u);
  EXPECT_EQ(nat->redirects[0].last_port, 2999u);
  EXPECT_EQ(nat->redirects[0].to_port, 0u) << "ports stay what they are";
  EXPECT_EQ(nat->redirects[0].at->text(), "192.0.2.2");
  EXPECT_EQ(nat->redirects[0].from_port, 53u);
  EXPECT_EQ(nat->redirects[2].port, 8081u);
  EXPECT_EQ(nat->redirects[2].to_port, 81u);
  EXPECT_EQ(nat->redirects[3].protocol, 0u);
  EXPECT_EQ(nat->redirects[4].protocol, 47u);
  for (const char* bad : {"tcp 10.0.0.2:80", "tcp 10.0.0.2 80", "tcp 10.0.0.2:80-90 80", "frob 10.0.0.2:80 80", "tcp 10.0.0.2:80 99999", "tcp 10.0.0.2:80 80 10.0.0.1:1-2"})
    EXPECT_EQ(error_of(fmt::format("if em0 redirect_port {}", bad)), "redirect_port: bad arguments") << bad;
  EXPECT_EQ(error_of("if em0 redirect_port tcp 10.0.0.2:1-1000 1001-2000"), "redirect_port: at most 256 ports to other ones");
  EXPECT_EQ(error_of("if em0 redirect_addr 10.0.0.3"), "redirect_addr: bad arguments");
}

Result<std::string> no_file(const std::string& path) { return fail(Why::absent, "{}: No such file or directory", path); }
std::string told(std::string_view flags, const ReadFile& read = no_file) {
  auto natd = parse_natd(split_words(flags), read);
  auto nat = natd ? natd->nat() : Result<Nat>(tl::unexpect, natd.error());
  return nat ? fmt::format("{}: {}", nat->number, nat->text) : "error: " + nat.error().text();
}

TEST(ParseNatd, ReadsItsCommandLine) {
  EXPECT_EQ(told("-n fxp0 -dynamic -m -s yes -v"), "8668: if fxp0");
  EXPECT_EQ(told("-interface fxp0 -unregistered_only no -deny_incoming -p 9999"), "9999: if fxp0 deny_in");
  EXPECT_EQ(told("-a 192.0.2.7 -u -port natd -redirect_port tcp 10.0.0.2:80 8080 198.51.100.1 -redirect_address 10.0.0.3 192.0.2.8"),
            "8668: ip 192.0.2.7 unreg_only redirect_port tcp 10.0.0.2:80 8080 198.51.100.1 redirect_addr 10.0.0.3 192.0.2.8");
}

TEST(ParseNatd, ReadsItsFile) {
  auto file = [](const std::string&) -> Result<std::string> { return "# natd.conf\ninterface fxp0\nuse_sockets yes\n\nunregistered_only yes # only these\nredirect_port tcp 10.0.0.2:80 80\n"; };
  EXPECT_EQ(told("-f /etc/natd.conf", file), "8668: if fxp0 unreg_only redirect_port tcp 10.0.0.2:80 80");
  auto bad = [](const std::string&) -> Result<std::string> { return "interface fxp0\nproxy_only yes\n"; };
  EXPECT_EQ(told("-f /etc/natd.conf", bad), "error: /etc/natd.conf:2: proxy_only: not supported on this system; the kernel translates in natd's place");
  EXPECT_EQ(told("-config /nosuch"), "error: /nosuch: No such file or directory");
  auto again = [](const std::string&) -> Result<std::string> { return "config /etc/natd.conf\n"; };
  EXPECT_EQ(told("-f /etc/natd.conf", again), "error: /etc/natd.conf:1: config: not within a file");
}

TEST(ParseNatd, RefusesInOneLineThatNamesTheWord) {
  EXPECT_EQ(told("-m"), "error: aliasing address not given: -interface or -alias_address is needed");
  EXPECT_EQ(told("fxp0"), "error: fxp0: not an option");
  EXPECT_EQ(told("-n"), "error: interface: missing argument");
  EXPECT_EQ(told("-n fxp0 fxp1"), "error: interface: bad argument ``fxp1''");
  EXPECT_EQ(told("-n fxp0 -p 0"), "error: port: bad argument ``0''");
  EXPECT_EQ(told("-n fxp0 -punch_fw 1:2"), "error: punch_fw: not supported on this system; the kernel translates in natd's place");
}

}  // namespace
}  // namespace cellblock::ipfw
