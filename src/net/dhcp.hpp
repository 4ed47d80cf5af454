// DHCP messages (RFC 2131) and the packets that carry them before there is an address.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/ip.hpp"

namespace cellblock::net {

enum class DhcpType : uint8_t { discover = 1, offer, request, decline, ack, nak, release, inform };

struct DhcpRoute {
  Prefix to;
  Ip gateway;  ///< zero: on the link itself
  friend bool operator==(const DhcpRoute&, const DhcpRoute&) = default;
};

/// What a server lends, as far as a client here makes use of it.
struct DhcpLease {
  Ip address;
  int prefix = 0;                      ///< from the subnet mask; without one, of the address' class
  std::optional<Ip> server;            ///< option 54
  std::vector<Ip> routers, name_servers;
  std::vector<DhcpRoute> routes;       ///< option 121: where there are some, `routers` do not count (RFC 3442)
  std::string domain;                  ///< option 15; harmless characters only
  uint32_t mtu = 0;                    ///< 0: not told
  uint32_t seconds = 0, renewal = 0, rebinding = 0;  ///< options 51, 58, 59; all ones: for ever
  friend bool operator==(const DhcpLease&, const DhcpLease&) = default;
};

/// A message of a server's.
struct DhcpReply {
  DhcpType type{};
  uint32_t id = 0;
  std::array<uint8_t, 6> client{};
  DhcpLease lease;
};

/// A message of a client's.
struct DhcpQuery {
  DhcpType type{};
  uint32_t id = 0;
  uint16_t seconds = 0;            ///< since the client began
  std::array<uint8_t, 6> client{};
  std::optional<Ip> own;           ///< ciaddr: the address that it has already
  std::optional<Ip> wanted;        ///< option 50
  std::optional<Ip> server;        ///< option 54
  std::string host_name;           ///< option 12; empty: none
};

std::string encode(const DhcpQuery& query);

/// Nothing if it is no whole message of a server's (op, magic number, type, options that end inside of it).
std::optional<DhcpReply> parse_dhcp_reply(std::string_view message);

/// `message` as UDP from port 68 to 67 in IP from `source` to `destination`, with both checksums.
std::string dhcp_packet(std::string_view message, const Ip& source, const Ip& destination);

/// The message in an IP packet to port 68; nothing if it is another packet, a fragment or cut off. The UDP checksum may
/// be missing: what comes from this machine has none yet.
std::string_view dhcp_in_packet(std::string_view packet);

}  // namespace cellblock::net
