#include "pf/states.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>

#include "pf/match.hpp"
#include "pf/names.hpp"

namespace cellblock::pf {
namespace {

using sys::netlink::each_attribute;
using sys::netlink::value_of;

void parse_protocol(std::string_view text, uint8_t& protocol, End& source, End& destination) {
  each_attribute(text, [&](uint16_t type, std::string_view value) {
    if (type == CTA_PROTO_NUM) protocol = value_of<uint8_t>(value);
    if (type == CTA_PROTO_SRC_PORT || type == CTA_PROTO_ICMP_ID || type == CTA_PROTO_ICMPV6_ID) source.port = ntohs(value_of<uint16_t>(value));
    if (type == CTA_PROTO_DST_PORT) destination.port = ntohs(value_of<uint16_t>(value));
  });
}

void parse_tuple(std::string_view text, uint8_t& protocol, End& source, End& destination) {
  each_attribute(text, [&](uint16_t type, std::string_view value) {
    if (type == CTA_TUPLE_PROTO) parse_protocol(value, protocol, source, destination);
    if (type != CTA_TUPLE_IP) return;
    each_attribute(value, [&](uint16_t kind, std::string_view ip) {
      bool from = kind == CTA_IP_V4_SRC || kind == CTA_IP_V6_SRC;
      if (auto parsed = net::ip_of_bytes(ip)) (from ? source : destination).ip = *parsed;
    });
  });
}

uint8_t tcp_state_of(std::string_view text) {
  uint8_t out = 0;
  each_attribute(text, [&out](uint16_t type, std::string_view value) {
    if (type != CTA_PROTOINFO_TCP) return;
    each_attribute(value, [&out](uint16_t kind, std::string_view state) {
      if (kind == CTA_PROTOINFO_TCP_STATE) out = value_of<uint8_t>(state);
    });
  });
  return out;
}

/// How far the beginner and the other have come, in pf's words.
std::pair<std::string_view, std::string_view> tcp_words(uint8_t state) {
  switch (state) {
    case TCP_CONNTRACK_SYN_SENT: return {"SYN_SENT", "CLOSED"};
    case TCP_CONNTRACK_SYN_RECV: return {"SYN_SENT", "ESTABLISHED"};
    case TCP_CONNTRACK_ESTABLISHED: return {"ESTABLISHED", "ESTABLISHED"};
    case TCP_CONNTRACK_FIN_WAIT: return {"FIN_WAIT_2", "ESTABLISHED"};
    case TCP_CONNTRACK_CLOSE_WAIT: return {"FIN_WAIT_2", "CLOSE_WAIT"};
    case TCP_CONNTRACK_LAST_ACK: return {"FIN_WAIT_2", "FIN_WAIT_2"};
    case TCP_CONNTRACK_TIME_WAIT: return {"TIME_WAIT", "TIME_WAIT"};
    default: return {"CLOSED", "CLOSED"};
  }
}

std::pair<std::string_view, std::string_view> words_of(const Connection& connection) {
  bool answered = connection.status & IPS_SEEN_REPLY, more = connection.status & IPS_ASSURED;
  if (connection.protocol == IPPROTO_TCP) return tcp_words(connection.tcp_state);
  if (connection.protocol == IPPROTO_ICMP || connection.protocol == IPPROTO_ICMPV6) return {"0", "0"};
  if (!answered) return {"SINGLE", "NO_TRAFFIC"};
  return more ? std::pair<std::string_view, std::string_view>{"MULTIPLE", "MULTIPLE"} : std::pair<std::string_view, std::string_view>{"SINGLE", "SINGLE"};
}

std::string text_of(const End& end) {
  if (end.port == 0) return end.ip.text();
  return end.ip.v6 ? fmt::format("{}[{}]", end.ip.text(), end.port) : fmt::format("{}:{}", end.ip.text(), end.port);
}

std::string both(const End& one, const End& other) { return one == other ? text_of(one) : fmt::format("{} ({})", text_of(one), text_of(other)); }

}  // namespace

Connection parse_connection(std::string_view payload) {
  Connection out;
  each_attribute(payload.substr(std::min(payload.size(), sizeof(nfgenmsg))), [&out](uint16_t type, std::string_view value) {
    uint8_t unused = 0;
    switch (type) {
      case CTA_TUPLE_ORIG:
        out.tuple = value;
        parse_tuple(value, out.protocol, out.source, out.destination);
        break;
      case CTA_TUPLE_REPLY: parse_tuple(value, unused, out.reply_source, out.reply_destination); break;
      case CTA_STATUS: out.status = ntohl(value_of<uint32_t>(value)); break;
      case CTA_TIMEOUT: out.timeout = ntohl(value_of<uint32_t>(value)); break;
      case CTA_MARK: out.mark = ntohl(value_of<uint32_t>(value)); break;
      case CTA_ID: out.id = ntohl(value_of<uint32_t>(value)); break;
      case CTA_ZONE: out.zone = ntohs(value_of<uint16_t>(value)); break;
      case CTA_PROTOINFO: out.tcp_state = tcp_state_of(value); break;
      case CTA_LABELS:
        out.has_label = true;
        if (value.size() < 16) break;
        out.flags = value_of<uint32_t>(value);
        out.in = value_of<uint32_t>(value.substr(4));
        out.out = value_of<uint32_t>(value.substr(8));
        break;
      default: break;
    }
  });
  // An answer to an ICMP question has the question's number.
  if (out.protocol == IPPROTO_ICMP || out.protocol == IPPROTO_ICMPV6) {
    out.reply_destination.port = out.reply_source.port;
    out.destination.port = out.source.port;
  }
  return out;
}

Result<std::vector<Connection>> connections(sys::netlink::Socket& socket) {
  std::vector<Connection> out;
  sys::netlink::Request request(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, 0);
  request.header(nfgenmsg{.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = 0});
  CB_CHECK(socket.dump(request, [&out](std::string_view payload) { out.push_back(parse_connection(payload)); }));
  return out;
}

Result<> forget(sys::netlink::Socket& socket, const std::vector<Connection>& connections) {
  for (const Connection& connection : connections) {
    sys::netlink::Request request(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, NLM_F_REQUEST | NLM_F_ACK);
    request.header(nfgenmsg{.nfgen_family = static_cast<uint8_t>(connection.source.ip.family()), .version = NFNETLINK_V0, .res_id = 0});
    request.nest(CTA_TUPLE_ORIG, [&](auto& tuple) { tuple.raw(connection.tuple); });
    if (connection.zone) {
      uint16_t zone = htons(connection.zone);
      request.attribute(CTA_ZONE, &zone, sizeof zone);
    }
    request.attribute(CTA_ID, htonl(static_cast<uint32_t>(connection.id)));
    auto done = socket.send(request);
    if (!done && done.error().why != Why::absent) return done;  // it may have ended by itself
  }
  return {};
}

std::vector<std::string> lines_of(const Connection& connection) {
  std::vector<std::string> out;
  std::string protocol = protocol_name(connection.protocol);
  auto [first, second] = words_of(connection);
  if (connection.flags & flag_in)
    out.push_back(fmt::format("all {} {} <- {}       {}:{}", protocol, both(connection.reply_source, connection.destination),
                              text_of(connection.source), second, first));
  if (connection.flags & flag_out)
    out.push_back(fmt::format("all {} {} -> {}       {}:{}", protocol, both(connection.reply_destination, connection.source),
                              text_of(connection.reply_source), first, second));
  return out;
}

}  // namespace cellblock::pf
