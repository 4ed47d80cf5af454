// Sockets as netstat(1) and sockstat(1) show them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "sys/sock_diag.hpp"

namespace cellblock::bsd {

/// "tcp4", "udp6", "tcp46": IPv6 that takes IPv4 too.
std::string protocol_text(const sys::Socket& socket);
/// Whether it takes packets of one of these families; "tcp46" is of both.
bool is_of(const sys::Socket& socket, bool v4, bool v6);
/// The address alone; "*" for all.
std::string address_text(bool v6, const std::array<uint8_t, 16>& address);
/// FreeBSD's names: "ESTABLISHED", "FIN_WAIT_2"; empty for UDP.
std::string_view state_text(const sys::Socket& socket);
inline bool is_listening(const sys::Socket& socket) { return socket.state == 10; }

struct UnixSocket {
  uint32_t inode = 0;
  uint16_t type = 0;      ///< SOCK_*
  bool listens = false, connected = false;
  uint32_t references = 0;
  std::string path;       ///< "@..." in the abstract name space, empty: none
};
/// /proc/net/unix.
std::vector<UnixSocket> parse_unix_sockets(std::string_view text);

/// netstat -a's tables.
std::string internet_table(const std::vector<sys::Socket>& sockets, bool with_servers);
std::string unix_table(const std::vector<UnixSocket>& sockets);

}  // namespace cellblock::bsd
