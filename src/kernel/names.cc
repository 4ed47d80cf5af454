#include "kernel/names.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "bpf/first_processes.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

using model::Jail;
using model::JailId;

/// For fewer jails than this, asking each costs less than asking the kernel for all (bench/run, "jls of them").
constexpr size_t many = 100;

bool is_process_1(const cb_first_process& seen, const model::Runtime& runtime) {
  if (runtime.keeper_inode) return seen.inode == runtime.keeper_inode;
  static const uint64_t tick = 1'000'000'000 / static_cast<uint64_t>(::sysconf(_SC_CLK_TCK));
  return seen.start / tick == runtime.keeper_start;
}

using ByKeeper = std::vector<std::pair<pid_t, Jail*>>;

ByKeeper by_keeper(model::Snapshot& jails) {
  ByKeeper keepers;
  keepers.reserve(jails.jails.size());
  for (auto& [jid, jail] : jails.jails)
    if (jail.runtime.keeper) keepers.emplace_back(jail.runtime.keeper, &jail);
  std::ranges::sort(keepers);
  return keepers;
}

}  // namespace

Names::Names() : own_(::open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC)) {}

Names::~Names() {
  if (away_ && ::setns(own_.get(), CLONE_NEWUTS) < 0) ::_exit(1);  // never go on under a jail's name
}

bool Names::take(model::Prison& prison, const model::Runtime& runtime) {
  if (!runtime.keeper) return false;
  auto keeper = sys::open_marked(runtime.keeper, {runtime.keeper_inode, runtime.keeper_start});
  if (!keeper) return keeper.error().why != Why::absent;  // what can't be looked at is not dead for that
  if (prison.host == model::Sys::inherit || !own_) return !sys::wait_end(keeper->get(), 0).value_or(false);
  // An ended process has no namespaces any more: no need to ask whether it has.
  if (::setns(keeper->get(), CLONE_NEWUTS) < 0) return errno != ESRCH;
  away_ = true;
  utsname names{};
  if (::uname(&names) == 0) {
    prison.hostname = names.nodename;
    prison.domainname = names.domainname;
  }
  return true;
}

std::vector<JailId> take_names_at_once(model::Snapshot& jails) {
  std::vector<JailId> running;
  if (jails.jails.size() < many) return running;
  ByKeeper keepers = by_keeper(jails);
  running.reserve(keepers.size());
  auto take = [&](const cb_first_process& seen) {
    auto found = std::ranges::lower_bound(keepers, seen.pid, {}, &ByKeeper::value_type::first);
    if (found == keepers.end() || found->first != seen.pid || !is_process_1(seen, found->second->runtime)) return;
    model::Prison& prison = found->second->prison;
    if (prison.host != model::Sys::inherit) {
      prison.hostname.assign(seen.host_name, ::strnlen(seen.host_name, sizeof seen.host_name));
      prison.domainname.assign(seen.domain_name, ::strnlen(seen.domain_name, sizeof seen.domain_name));
    }
    running.push_back(prison.jid);
  };
  (void)bpf::for_each_first_process(take);  // where the kernel can't, each jail is asked
  std::ranges::sort(running);
  return running;
}

}  // namespace cellblock::kernel
