// sock_diag(7): the sockets of the calling process' network namespace.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cellblock::sys {

struct Socket {
  bool v6 = false;
  bool v6_only = false;  ///< an IPv6 socket that takes no IPv4 packets (IPV6_V6ONLY)
  uint8_t protocol = 0;  ///< IPPROTO_TCP, IPPROTO_UDP
  uint16_t port = 0;
  std::array<uint8_t, 16> address{};  ///< the first four for IPv4
  uint32_t inode = 0;                 ///< "socket:[INODE]" in /proc/PID/fd
  uint16_t peer_port = 0;
  std::array<uint8_t, 16> peer{};
  uint8_t state = 0;  ///< TCP_*
  uint32_t received = 0, unsent = 0;  ///< bytes in its queues; of one that listens, connections waiting and their limit
  uint32_t uid = 0;
  std::string storage;  ///< what a BPF program keeps with it

  bool every_address() const { return address == std::array<uint8_t, 16>{}; }
};

/// Those that wait for peers: TCP in the state LISTEN, UDP without a peer. `maps`: the storage of TCP's is asked of these.
Result<std::vector<Socket>> waiting_sockets(std::span<const int> maps = {});

/// All of TCP and UDP.
Result<std::vector<Socket>> all_sockets(std::span<const int> maps = {});

/// One message of the kernel's answer; nothing if it is too short to be one.
std::optional<Socket> parse_socket(std::string_view payload, uint8_t protocol);

}  // namespace cellblock::sys
