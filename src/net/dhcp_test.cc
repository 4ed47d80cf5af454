#include "net/dhcp.hpp"

#include <gmock/gmock.h>

namespace cellblock::net {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

Ip ip(std::string_view text) { return *parse_ip(text); }

std::string option(int number, std::string_view value) {
  return std::string{static_cast<char>(number), static_cast<char>(value.size())} + std::string(value);
}

/// A server's message with these options.
std::string reply(const std::string& options) {
  std::string out{"\2\1\6\0\x12\x34\x56\x78", 8};
  out.resize(16, '\0');
  out += std::string("\x0a\0\0\x63", 4);
  out.resize(28, '\0');
  out += std::string("\2\0\0\0\0\1", 6);
  out.resize(236, '\0');
  return out + "\x63\x82\x53\x63" + options + "\xff";
}

TEST(Dhcp, QuestionAsOnTheWire) {
  std::string out = encode({.type = DhcpType::request, .id = 0x01020304, .seconds = 7, .client = {2, 0, 0, 0, 0, 1}, .own = {},
                            .wanted = ip("10.0.0.99"), .server = ip("10.0.0.1"), .host_name = "web"});
  EXPECT_THAT(out, SizeIs(300));
  EXPECT_EQ(out.substr(0, 12), std::string("\1\1\6\0\1\2\3\4\0\7\0\0", 12));
  EXPECT_EQ(out.substr(28, 6), std::string("\2\0\0\0\0\1", 6));
  EXPECT_EQ(out.substr(236, 7), "\x63\x82\x53\x63\x35\x01\x03");
  EXPECT_NE(out.find(std::string("\x32\4\x0a\0\0\x63", 6)), out.npos);
  EXPECT_NE(out.find(std::string("\x36\4\x0a\0\0\1", 6)), out.npos);
  EXPECT_NE(out.find("\x0c\3web"), out.npos);
}

TEST(Dhcp, Offer) {
  auto got = parse_dhcp_reply(reply(option(53, "\2") + option(1, std::string("\xff\xff\xff\0", 4)) + option(3, std::string("\x0a\0\0\1", 4)) +
                                    option(6, std::string("\x0a\0\0\1\x0a\0\0\2", 8)) + option(15, "example.org") +
                                    option(26, std::string("\5\0", 2)) + option(51, std::string("\0\0\x0e\x10", 4)) +
                                    option(54, std::string("\x0a\0\0\1", 4))));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->type, DhcpType::offer);
  EXPECT_EQ(got->id, 0x12345678u);
  EXPECT_EQ(got->lease.address, ip("10.0.0.99"));
  EXPECT_EQ(got->lease.prefix, 24);
  EXPECT_THAT(got->lease.routers, ElementsAre(ip("10.0.0.1")));
  EXPECT_THAT(got->lease.name_servers, ElementsAre(ip("10.0.0.1"), ip("10.0.0.2")));
  EXPECT_EQ(got->lease.domain, "example.org");
  EXPECT_EQ(got->lease.mtu, 1280u);
  EXPECT_EQ(got->lease.seconds, 3600u);
  EXPECT_EQ(got->lease.renewal, 1800u);
  EXPECT_EQ(got->lease.rebinding, 3150u);
  EXPECT_EQ(got->lease.server, ip("10.0.0.1"));
}

TEST(Dhcp, ClasslessRoutes) {
  auto got = parse_dhcp_reply(reply(option(53, "\5") + option(121, std::string("\x18\x0a\1\2\x0a\0\0\1\0\x0a\0\0\2", 13))));
  ASSERT_TRUE(got);
  EXPECT_THAT(got->lease.routes, ElementsAre(DhcpRoute{*parse_prefix("10.1.2.0/24"), ip("10.0.0.1")},
                                             DhcpRoute{*parse_prefix("0.0.0.0/0"), ip("10.0.0.2")}));
  EXPECT_THAT(parse_dhcp_reply(reply(option(53, "\5") + option(121, std::string("\x21\x0a\1\2\x0a\0\0\1\0", 9))))->lease.routes, SizeIs(0));
}

TEST(Dhcp, OptionsInTheFieldForTheFile) {
  std::string message = reply(option(53, "\5") + option(52, "\1"));
  message.replace(108, 13, option(15, "example.net"));
  message[108 + 13] = static_cast<char>(255);
  EXPECT_EQ(parse_dhcp_reply(message)->lease.domain, "example.net");
}

TEST(Dhcp, NamesThatWouldSpeakToATerminalOrAFileAreNone) {
  EXPECT_EQ(parse_dhcp_reply(reply(option(53, "\5") + option(15, "a\nnameserver 6.6.6.6")))->lease.domain, "");
}

TEST(Dhcp, BadMessages) {
  std::string whole = reply(option(53, "\5"));
  ASSERT_TRUE(parse_dhcp_reply(whole));
  for (size_t size = 0; size < 243; ++size) EXPECT_FALSE(parse_dhcp_reply(whole.substr(0, size))) << size;
  EXPECT_FALSE(parse_dhcp_reply(reply(option(53, "\1"))));                  // a client's
  EXPECT_FALSE(parse_dhcp_reply(reply(option(53, "\5") + "\x0f\x20" "cut")));  // runs over the end
  std::string query = whole;
  query[0] = 1;
  EXPECT_FALSE(parse_dhcp_reply(query));
}

TEST(Dhcp, PacketAndBack) {
  std::string packet = dhcp_packet("hello", ip("0.0.0.0"), ip("255.255.255.255"));
  ASSERT_THAT(packet, SizeIs(33));
  EXPECT_EQ(packet.substr(20, 4), std::string("\0\x44\0\x43", 4));
  EXPECT_EQ(dhcp_in_packet(packet), "");  // to a server
  packet[22] = 0, packet[23] = 68;
  EXPECT_EQ(dhcp_in_packet(packet), "hello");
  EXPECT_EQ(dhcp_in_packet(packet + "padding"), "hello");
  EXPECT_EQ(dhcp_in_packet(std::string_view(packet).substr(0, 32)), "");
  packet[6] = 0x20;  // more fragments
  EXPECT_EQ(dhcp_in_packet(packet), "");
}

TEST(Dhcp, ChecksumOfAHeader) {
  // Over a header with its sum in place, the sum is zero (RFC 1071).
  std::string packet = dhcp_packet("odd", ip("192.0.2.1"), ip("192.0.2.2"));
  uint32_t sum = 0;
  for (size_t i = 0; i < 20; i += 2) sum += static_cast<uint8_t>(packet[i]) << 8 | static_cast<uint8_t>(packet[i + 1]);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  EXPECT_EQ(sum, 0xffffu);
}

}  // namespace
}  // namespace cellblock::net
