#include "pf/states.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "pf/match.hpp"

namespace cellblock::pf {
namespace {

using sys::netlink::Request;

End end(std::string_view ip, uint16_t port) { return {*net::parse_ip(ip), port}; }

void put_tuple(Request& request, uint16_t type, const End& from, const End& to, uint8_t protocol) {
  request.nest(type, [&](Request& tuple) {
    bool v6 = from.ip.v6;
    tuple.nest(CTA_TUPLE_IP, [&](Request& ip) {
      ip.attribute(v6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, from.ip.data().data(), from.ip.size());
      ip.attribute(v6 ? CTA_IP_V6_DST : CTA_IP_V4_DST, to.ip.data().data(), to.ip.size());
    });
    tuple.nest(CTA_TUPLE_PROTO, [&](Request& proto) {
      uint16_t source = htons(from.port), destination = htons(to.port);
      proto.attribute(CTA_PROTO_NUM, &protocol, 1);
      proto.attribute(CTA_PROTO_SRC_PORT, &source, 2).attribute(CTA_PROTO_DST_PORT, &destination, 2);
    });
  });
}

/// As the kernel would tell of a connection.
Connection connection(const End& from, const End& to, const End& answers_from, const End& answers_to, const Label& label) {
  Request request(0, 0);
  request.header(nfgenmsg{});
  put_tuple(request, CTA_TUPLE_ORIG, from, to, IPPROTO_TCP);
  put_tuple(request, CTA_TUPLE_REPLY, answers_from, answers_to, IPPROTO_TCP);
  request.attribute(CTA_STATUS, htonl(IPS_SEEN_REPLY)).attribute(CTA_TIMEOUT, htonl(60));
  std::string bytes = label.bytes();
  request.attribute(CTA_LABELS, bytes.data(), bytes.size());
  request.nest(CTA_PROTOINFO, [](Request& info) {
    info.nest(CTA_PROTOINFO_TCP, [](Request& tcp) {
      uint8_t state = TCP_CONNTRACK_ESTABLISHED;
      tcp.attribute(CTA_PROTOINFO_TCP_STATE, &state, 1);
    });
  });
  return parse_connection(std::string_view(request.bytes().data(), request.bytes().size()).substr(16));
}

TEST(PfStates, AreReadAsTheKernelTellsThem) {
  End client = end("10.0.0.1", 1234), server = end("10.0.0.2", 80);
  Connection one = connection(client, server, server, client, {.flags = flag_in, .in = 7, .out = 9});
  EXPECT_EQ(one.protocol, IPPROTO_TCP);
  EXPECT_EQ(one.source, client);
  EXPECT_EQ(one.reply_source, server);
  EXPECT_EQ(one.flags, flag_in);
  EXPECT_EQ(one.in, 7u);
  EXPECT_EQ(one.out, 9u);
  EXPECT_EQ(one.timeout, 60u);
}

TEST(PfStates, AreALineForEachWay) {
  End client = end("10.0.0.1", 1234), server = end("10.0.0.2", 80);
  EXPECT_EQ(lines_of(connection(client, server, server, client, {.flags = flag_in})),
            std::vector<std::string>{"all tcp 10.0.0.2:80 <- 10.0.0.1:1234       ESTABLISHED:ESTABLISHED"});
  EXPECT_EQ(lines_of(connection(client, server, server, client, {.flags = flag_in | flag_out})).size(), 2u);
  EXPECT_TRUE(lines_of(connection(client, server, server, client, {})).empty());
}

TEST(PfStates, NameWhatIsTranslated) {
  End client = end("10.0.0.1", 1234), own = end("192.0.2.1", 50001), server = end("198.51.100.1", 80), inner = end("10.0.0.9", 8080);
  EXPECT_EQ(lines_of(connection(client, server, server, own, {.flags = flag_out}))[0],
            "all tcp 192.0.2.1:50001 (10.0.0.1:1234) -> 198.51.100.1:80       ESTABLISHED:ESTABLISHED");
  EXPECT_EQ(lines_of(connection(server, own, inner, server, {.flags = flag_in}))[0],
            "all tcp 10.0.0.9:8080 (192.0.2.1:50001) <- 198.51.100.1:80       ESTABLISHED:ESTABLISHED");
}

TEST(PfStates, OfIpv6HavePortsInBrackets) {
  End client = end("2001:db8::1", 1234), server = end("2001:db8::2", 80);
  EXPECT_EQ(lines_of(connection(client, server, server, client, {.flags = flag_out}))[0],
            "all tcp 2001:db8::1[1234] -> 2001:db8::2[80]       ESTABLISHED:ESTABLISHED");
}

TEST(PfStates, OfCutOffBytesAreEmpty) {
  EXPECT_EQ(parse_connection("").protocol, 0);
  EXPECT_EQ(parse_connection(std::string(7, '\xff')).flags, 0u);
}

}  // namespace
}  // namespace cellblock::pf
