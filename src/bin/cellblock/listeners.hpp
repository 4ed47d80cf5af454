// Services of this host that listen on every address, and so take their ports from the jails.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "sys/sock_diag.hpp"

namespace cellblock {

struct Holder {
  int pid = 0;
  std::string program;  ///< /proc/PID/comm
  bool jailed = false;
};
using Holders = std::multimap<uint32_t, Holder>;  ///< by the socket's inode number

struct Listener {
  std::string protocol;  ///< tcp4, tcp6, tcp46, udp4 ...
  uint16_t port = 0;
  std::string program;  ///< "kernel" where no process holds it, "?" where that can't be seen
  int pid = 0;          ///< the lowest of those that share it; 0: none

  friend auto operator<=>(const Listener&, const Listener&) = default;
};

/// Those of `sockets` that listen on every address and belong to the host, sorted by protocol and port.
std::vector<Listener> host_listeners(const std::vector<sys::Socket>& sockets, const Holders& holders, std::string_view nobody);

/// Whether /proc/PID/cgroup says that the process is in a jail: ".../cellblock/7" and below.
bool is_jailed(std::string_view cgroup);

/// How a program is told to listen on one address.
std::string_view binding_advice(std::string_view program);

/// The lines of `cellblock doctor`.
std::string listener_report(const std::vector<Listener>& listeners);

/// Asks the kernel. Without root rights the owners of other users' sockets stay unknown.
Result<std::vector<Listener>> find_host_listeners();

}  // namespace cellblock
