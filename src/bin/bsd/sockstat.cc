// sockstat(1).
#include <sys/stat.h>

#include <set>

#include "applet.hpp"
#include "base/text.hpp"
#include "bpf/asked_sockets.hpp"
#include "devfs_nodes.hpp"
#include "jail_processes.hpp"
#include "kernel/open.hpp"
#include "sockstat_text.hpp"
#include "stack.hpp"
#include "sys/file.hpp"
#include "sys/socket_holder.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "sockstat";
constexpr uid_t first_jail_uid = 0x30000000;  // from here on ids are those of jails, 65536 for each

int usage() {
  fmt::print(stderr, "usage: sockstat [-46ACcIiLlnqSsUuvw] [-j jid] [-p ports] [-P protocols]\n");
  return 1;
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
    auto wanted = [this](int pid) { return !only_ || only_->contains(pid); };
    CB_CHECK(sys::each_socket_holder(wanted, [this](int proc, int pid, int fd, uint32_t inode) { append(proc, pid, fd, inode); }));
    return std::move(found_);
  }

 private:
  /// A process' sockets come one after the other.
  void append(int proc, int pid, int fd, uint32_t inode) {
    if (holder_.pid != pid) {
      const std::string folder = std::to_string(pid);
      holder_ = {pid, 0, std::string(trim(sys::read_file_at(proc, (folder + "/comm").c_str()).value_or("?"))), user_of(proc, folder, names_)};
    }
    holder_.descriptor = fd;
    found_.emplace(inode, holder_);
  }

  SocketHolder holder_;
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
  CB_TRY(std::vector<sys::Socket> sockets, bpf::all_sockets());
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
