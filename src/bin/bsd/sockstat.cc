// sockstat(1).
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <set>

#include "applet.hpp"
#include "base/text.hpp"
#include "devfs_nodes.hpp"
#include "jail_processes.hpp"
#include "kernel/open.hpp"
#include "sockstat_text.hpp"
#include "stack.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "sockstat";
constexpr uid_t first_jail_uid = 0x30000000;  // from here on ids are those of jails, 65536 for each

int usage() {
  fmt::print(stderr, "usage: sockstat [-46ACcIiLlnqSsUuvw] [-j jid] [-p ports] [-P protocols]\n");
  return 1;
}

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

Directory open_directory(int at, const std::string& path) {
  int fd = ::openat(at, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return {fd < 0 ? nullptr : ::fdopendir(fd), ::closedir};
}

/// A user's name; one in a jail with users of its own has the name that the number has here.
std::string user_of(int proc, const std::string& pid, const std::map<uid_t, std::string>& names) {
  struct stat status;
  if (::fstatat(proc, pid.c_str(), &status, 0) < 0) return "?";
  uid_t uid = status.st_uid >= first_jail_uid ? (status.st_uid - first_jail_uid) % 65536 : status.st_uid;
  auto found = names.find(uid);
  return found == names.end() ? std::to_string(uid) : found->second;
}

class Holders {
 public:
  explicit Holders(std::optional<std::set<pid_t>> only) : only_(std::move(only)) {
    for (const auto& [name, uid] : host_owners().users) names_.emplace(uid, name);
    names_[0] = "root";
  }

  Result<SocketHolders> find() {
    Directory proc = open_directory(AT_FDCWD, "/proc");
    if (!proc) return sys_fail(errno, "/proc");
    while (const dirent* entry = ::readdir(proc.get()))
      if (auto pid = parse_int(entry->d_name); pid && *pid > 0 && (!only_ || only_->contains(static_cast<pid_t>(*pid))))
        append(::dirfd(proc.get()), entry->d_name);
    return std::move(found_);
  }

 private:
  void append(int proc, const std::string& pid) {
    Directory files = open_directory(proc, pid + "/fd");
    if (!files) return;
    std::string command, user;
    while (const dirent* entry = ::readdir(files.get())) {
      char link[64];
      ssize_t size = ::readlinkat(::dirfd(files.get()), entry->d_name, link, sizeof link);
      uint32_t inode = size > 0 ? inode_of_socket({link, static_cast<size_t>(size)}) : 0;
      if (!inode) continue;
      if (command.empty()) {
        command = trim(sys::read_file_at(proc, (pid + "/comm").c_str()).value_or("?"));
        user = user_of(proc, pid, names_);
      }
      auto number = [](std::string_view text) { return static_cast<int>(parse_int(text).value_or(0)); };
      found_.emplace(inode, SocketHolder{number(pid), number(entry->d_name), command, user});
    }
  }

  std::optional<std::set<pid_t>> only_;
  std::map<uid_t, std::string> names_;
  SocketHolders found_;
};

/// The processes of jail `word`, and the calling process goes into its network stack if it has one of its own.
Result<std::set<pid_t>> visit(const std::string& word) {
  CB_TRY(JailProcesses inside, processes_in(word));
  if (!kernel::jailed()) inside.pids.merge(inside.keepers);
  if (inside.jail.prison.vnet == model::Sys::fresh) {
    CB_TRY(Fd network, network_of_jail(word));
    CB_CHECK(net::enter_network(network.get()));
  }
  return std::move(inside.pids);
}

Result<> show(const SockstatRequest& request) {
  std::optional<std::set<pid_t>> only;
  if (!request.jail.empty()) {
    CB_TRY(only, visit(request.jail));
  }
  CB_TRY(SocketHolders holders, Holders(std::move(only)).find());
  CB_TRY(std::vector<sys::Socket> sockets, sys::all_sockets());
  auto local = sys::read_file("/proc/thread-self/net/unix");
  fmt::print("{}", sockstat_text(request, sockets, parse_unix_sockets(local.value_or("")), holders));
  return {};
}

}  // namespace

int sockstat(const Words& words) {
  auto request = parse_sockstat(words);
  if (!request && request.error().text().empty()) return usage();
  if (request) request->held_only |= kernel::jailed();
  Result<> done = request ? show(*request) : pass(request.error());
  if (done) return 0;
  warnx(me, "{}", done.error().text());
  return 1;
}

}  // namespace cellblock::bsd
