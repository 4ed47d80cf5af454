// sockstat(1)'s command line and table. Pure.
#pragma once

#include <bitset>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "applet.hpp"
#include "base/error.hpp"
#include "sockets.hpp"

namespace cellblock::bsd {

struct SockstatRequest {
  bool v4 = true, v6 = true, local = true;
  bool listening = true, connected = true;
  bool quiet = false, state = false;
  bool tcp = true, udp = true;
  std::optional<std::bitset<65536>> ports;
  std::string jail;
  bool held_only = false;  ///< leave out what no process that is seen has open
};

/// The text of an error is what comes behind "sockstat: "; without one the usage is to be printed.
Result<SockstatRequest> parse_sockstat(const Words& words);

/// Who has a socket open.
struct SocketHolder {
  int pid = 0, descriptor = 0;
  std::string command, user;
};

/// By inode; a socket may have several holders.
using SocketHolders = std::multimap<uint32_t, SocketHolder>;

std::string sockstat_text(const SockstatRequest& request, const std::vector<sys::Socket>& sockets,
                          const std::vector<UnixSocket>& local, const SocketHolders& holders);

}  // namespace cellblock::bsd
