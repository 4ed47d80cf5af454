// States: the connections that pf's rules let through, as connection tracking knows them.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "net/ip.hpp"
#include "pf/rule.hpp"
#include "sys/netlink.hpp"

namespace cellblock::pf {

struct End {
  net::Ip ip;
  uint16_t port = 0;
  friend bool operator==(const End&, const End&) = default;
};

struct Connection {
  uint8_t protocol = 0;
  End source, destination;              ///< as the first packet came
  End reply_source, reply_destination;  ///< as answers come: other ones where it is translated
  uint8_t tcp_state = 0;                ///< TCP_CONNTRACK_*
  uint32_t status = 0;                  ///< IPS_*
  uint32_t timeout = 0;                 ///< seconds left
  uint32_t mark = 0;
  uint64_t id = 0;
  bool has_label = false;               ///< or place for one
  uint32_t flags = 0, in = 0, out = 0;  ///< its label
  std::string tuple;                    ///< by which the kernel finds it
  uint16_t zone = 0;
};

/// What one message of a dump tells (behind nlmsghdr).
Connection parse_connection(std::string_view payload);

Result<std::vector<Connection>> connections(sys::netlink::Socket& socket);
Result<> forget(sys::netlink::Socket& socket, const std::vector<Connection>& connections);

/// A line of `pfctl -s states` for the way in, and one for the way out, where it has these.
std::vector<std::string> lines_of(const Connection& connection);

}  // namespace cellblock::pf
