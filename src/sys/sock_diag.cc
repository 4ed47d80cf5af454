#include "sys/sock_diag.hpp"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cstring>

#include "sys/netlink.hpp"

namespace cellblock::sys {
namespace {

using Maps = std::span<const int>;

Result<> append_sockets(std::vector<Socket>& sockets, uint8_t family, uint8_t protocol, uint32_t states, Maps maps) {
  inet_diag_req_v2 request{};
  request.sdiag_family = family;
  request.sdiag_protocol = protocol;
  request.idiag_states = states;
  netlink::Request asked(SOCK_DIAG_BY_FAMILY, 0);
  asked.header(request);
  if (!maps.empty() && protocol == IPPROTO_TCP)
    asked.nest(INET_DIAG_REQ_SK_BPF_STORAGES, [&](netlink::Request& storages) {
      for (int map : maps) storages.attribute(SK_DIAG_BPF_STORAGE_REQ_MAP_FD, static_cast<uint32_t>(map));
    });
  auto dumped = asked.dump(NETLINK_SOCK_DIAG, [&](std::string_view payload) {
    if (auto socket = parse_socket(payload, protocol)) sockets.push_back(*socket);
  });
  // A kernel without IPv6 has no such sockets.
  if (!dumped && family == AF_INET6 && dumped.error().why == Why::absent) return {};
  return dumped;
}

/// The first one's value.
std::string storage_in(std::string_view storages) {
  std::string found;
  netlink::each_attribute(storages, [&](uint16_t, std::string_view storage) {
    netlink::each_attribute(storage, [&](uint16_t type, std::string_view value) {
      if (type == SK_DIAG_BPF_STORAGE_MAP_VALUE && found.empty()) found = value;
    });
  });
  return found;
}

}  // namespace

std::optional<Socket> parse_socket(std::string_view payload, uint8_t protocol) {
  inet_diag_msg message;
  if (payload.size() < sizeof message) return std::nullopt;
  std::memcpy(&message, payload.data(), sizeof message);
  Socket socket;
  socket.v6 = message.idiag_family == AF_INET6;
  socket.protocol = protocol;
  socket.port = ntohs(message.id.idiag_sport);
  socket.inode = message.idiag_inode;
  socket.peer_port = ntohs(message.id.idiag_dport);
  socket.state = message.idiag_state;
  socket.received = message.idiag_rqueue;
  socket.unsent = message.idiag_wqueue;
  socket.uid = message.idiag_uid;
  std::memcpy(socket.address.data(), message.id.idiag_src, socket.v6 ? 16 : 4);
  std::memcpy(socket.peer.data(), message.id.idiag_dst, socket.v6 ? 16 : 4);
  payload.remove_prefix(std::min(size_t{NLMSG_ALIGN(sizeof message)}, payload.size()));
  netlink::each_attribute(payload, [&socket](uint16_t type, std::string_view value) {
    if (type == INET_DIAG_SKV6ONLY && !value.empty()) socket.v6_only = value[0] != 0;
    if (type == INET_DIAG_SK_BPF_STORAGES) socket.storage = storage_in(value);
  });
  return socket;
}

Result<std::vector<Socket>> waiting_sockets(Maps maps) {
  std::vector<Socket> sockets;
  // A UDP socket has no states of its own: CLOSE is one that was not connected.
  for (uint8_t protocol : {IPPROTO_TCP, IPPROTO_UDP})
    for (uint8_t family : {AF_INET, AF_INET6})
      CB_CHECK(append_sockets(sockets, family, protocol, 1u << (protocol == IPPROTO_TCP ? TCP_LISTEN : TCP_CLOSE), maps), "sock_diag");
  return sockets;
}

Result<std::vector<Socket>> all_sockets(Maps maps) {
  std::vector<Socket> sockets;
  for (uint8_t protocol : {IPPROTO_TCP, IPPROTO_UDP})
    for (uint8_t family : {AF_INET, AF_INET6}) CB_CHECK(append_sockets(sockets, family, protocol, ~0u, maps), "sock_diag");
  return sockets;
}

}  // namespace cellblock::sys
