// Which process holds which socket: /proc/PID/fd.
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <memory>

#include "base/text.hpp"
#include "listeners.hpp"
#include "sys/file.hpp"

namespace cellblock {
namespace {

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

Directory open_directory(int at, const char* path) {
  int fd = ::openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return {fd < 0 ? nullptr : ::fdopendir(fd), ::closedir};
}

// Processes come and go meanwhile: one that can't be read has no sockets for us.
void append_sockets_of(Holders& holders, int proc, int pid) {
  std::string base = std::to_string(pid);
  Directory files = open_directory(proc, (base + "/fd").c_str());
  if (!files) return;
  Holder holder{pid, {}, false};
  while (const dirent* entry = ::readdir(files.get())) {
    char link[64];
    ssize_t size = ::readlinkat(::dirfd(files.get()), entry->d_name, link, sizeof link);
    uint32_t inode = size > 0 ? socket_inode({link, static_cast<size_t>(size)}) : 0;
    if (!inode) continue;
    if (holder.program.empty()) {
      holder.program = trim(sys::read_file_at(proc, (base + "/comm").c_str()).value_or("?"));
      holder.jailed = is_jailed(sys::read_file_at(proc, (base + "/cgroup").c_str()).value_or(""));
    }
    holders.emplace(inode, holder);
  }
}

}  // namespace

Result<std::vector<Listener>> find_host_listeners() {
  CB_TRY(std::vector<sys::Socket> sockets, sys::waiting_sockets());
  Directory proc = open_directory(AT_FDCWD, "/proc");
  if (!proc) return sys_fail(errno, "/proc");
  Holders holders;
  while (const dirent* entry = ::readdir(proc.get()))
    if (auto pid = parse_int(entry->d_name); pid && *pid > 0) append_sockets_of(holders, ::dirfd(proc.get()), static_cast<int>(*pid));
  return host_listeners(sockets, holders, ::geteuid() == 0 ? "kernel" : "?");
}

}  // namespace cellblock
