// Which process holds which socket that waits for peers.
#include <unistd.h>

#include "base/text.hpp"
#include "listeners.hpp"
#include "sys/file.hpp"
#include "sys/socket_holder.hpp"

namespace cellblock {

Result<std::vector<Listener>> find_host_listeners() {
  CB_TRY(std::vector<sys::Socket> sockets, sys::waiting_sockets());
  Holders holders;
  Holder holder;  // a process' sockets come one after the other
  auto append = [&](int proc, int pid, int, uint32_t inode) {
    if (holder.pid != pid) {
      const std::string base = std::to_string(pid);
      holder = {pid, std::string(trim(sys::read_file_at(proc, (base + "/comm").c_str()).value_or("?"))),
                is_jailed(sys::read_file_at(proc, (base + "/cgroup").c_str()).value_or(""))};
    }
    holders.emplace(inode, holder);
  };
  CB_CHECK(sys::each_socket_holder([](int) { return true; }, append));
  return host_listeners(sockets, holders, ::geteuid() == 0 ? "kernel" : "?");
}

}  // namespace cellblock
