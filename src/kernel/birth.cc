#include "kernel/birth.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <climits>
#include <string_view>

#include "base/text.hpp"
#include "kernel/confine.hpp"
#include "kernel/cradle.hpp"
#include "kernel/policy.hpp"
#include "kernel/root_stack.hpp"
#include "kernel/spawner.hpp"
#include "kernel/warden_link.hpp"
#include "port/latency.hpp"
#include "sys/compat.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

using model::Sys;

/// Longest time for what the newborn does by itself: below another jail that one's root can stop it.
constexpr int patience_s = 30;

long futex(void* word, int operation, int value) {
  return ::syscall(SYS_futex, word, operation, value, nullptr, nullptr, 0);
}

int become_root() {
  bool failed = ::syscall(SYS_setgroups, 0, nullptr) < 0 || ::syscall(SYS_setresgid, 0, 0, 0) < 0 ||
                ::syscall(SYS_setresuid, 0, 0, 0) < 0;
  return failed ? -1 : 0;
}

/// The keeper needs no capability. With the host's user ids it would be equal to root in the jail, who could trace
/// it and so do without a filter; and it must not be able to read its own file (kernel/home.cc) when it executes it.
int forgo_capabilities() {
  for (int capability = 0; capability <= 63; ++capability)
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) break;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2]{};
  return static_cast<int>(::syscall(SYS_capset, &header, none));
}

int set_names(Cradle& cradle) {
  const model::Prison& prison = cradle.request->prison;
  if (prison.host == Sys::inherit) return 0;
  if (::sethostname(prison.hostname.c_str(), prison.hostname.size()) < 0) return give_up(cradle, "host.hostname");
  if (::setdomainname(prison.domainname.c_str(), prison.domainname.size()) < 0)
    return give_up(cradle, "host.domainname");
  return 0;
}

/// A signal that came before the keeper blocks it would be lost: process 1 ignores what it does not handle.
int block_signals() {
  const uint64_t all = ~uint64_t{0};
  return static_cast<int>(::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, nullptr, sizeof all));
}

/// The keeper holds no descriptor: a pipe that jail(8) was given must close when jail(8) ends.
int run_keeper(Cradle& cradle) {
  int image = cradle.keeper;
  auto low = static_cast<unsigned>(image);
  if ((low > 0 && sys::close_range(0, low - 1, CLOSE_RANGE_UNSHARE) < 0) ||
      sys::close_range(low + 1, UINT_MAX, CLOSE_RANGE_UNSHARE) < 0)
    return give_up(cradle, "close_range");
  if (block_signals() < 0) return give_up(cradle, "signal mask");
  if (!cradle.own_users && forgo_capabilities() < 0) return give_up(cradle, "capabilities");
  char* const argv[] = {const_cast<char*>("keeper"), nullptr};
  char* const environment[] = {nullptr};
  ::syscall(SYS_execveat, image, "", argv, environment, AT_EMPTY_PATH);
  return give_up(cradle, "execveat keeper");
}

/// Process 1 in the jail.
int grow(void* context) {
  Cradle& cradle = *static_cast<Cradle*>(context);
  while (cradle.go.load() == 0) futex(&cradle.go, FUTEX_WAIT, 0);
  if (cradle.go.load() < 0) return 1;  // the parent gave up
  if (cradle.own_users && become_root() < 0) return give_up(cradle, "setuid");
  if (::unshare(CLONE_NEWCGROUP) < 0) return give_up(cradle, "cgroup namespace");
  if (int failed = cradle.locks ? take_root(cradle) : lay_root(cradle)) return failed;
  if (int failed = lay_own(cradle)) return failed;
  if (int failed = set_names(cradle)) return failed;
  ::setsid();
  if (!cradle.confinement) return run_keeper(cradle);
  // The table is shared with the parent until here; what init gets is its own and starts empty at exec.
  if (::unshare(CLONE_FILES) < 0) return give_up(cradle, "descriptors");
  int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int low = 0; low < 3; ++low)
    if (null < 0 ? ::close(low) < 0 && errno != EBADF : ::dup2(null, low) < 0) return give_up(cradle, "descriptors");
  return run_confined(*cradle.confinement, cradle.error, cradle.what);
}

Result<> clone_child(Cradle& cradle, uint64_t extra, int group) {
  sys::CloneRequest request;
  request.flags = namespaces_of(cradle.request->prison) | CLONE_VM | CLONE_FILES | CLONE_PIDFD |
                  CLONE_CHILD_CLEARTID | extra;
  if (cradle.locks) request.flags &= ~uint64_t{CLONE_NEWNS};  // take_root()
  request.cgroup = group;
  request.pidfd = &cradle.pidfd;
  request.child_tid = &cradle.tid;
  cradle.tid = 1;
  CB_TRY(cradle.pid, sys::clone_process(request, grow, &cradle), "new process");
  return {};
}

/// The host's /proc, held open: the helper below has none in its mount namespace.
Result<int> host_proc() {
  static const Result<Fd> proc = sys::open("/proc", O_PATH | O_DIRECTORY);
  if (!proc) return pass(proc.error());
  return proc->get();
}

/// The newborn's pid as the host sees it: below another jail clone3(2) told the one that the jail sees.
Result<pid_t> host_pid(int pidfd) {
  CB_TRY(int proc, host_proc());
  CB_TRY(std::string info, sys::read_file_at(proc, fmt::format("self/fdinfo/{}", pidfd).c_str()));
  size_t at = info.find("Pid:");
  if (at == info.npos) return fail(Why::failed, "pidfd without Pid:");
  auto pid = parse_int(trim(std::string_view(info).substr(at + 4, info.find('\n', at) - at - 4)));
  if (!pid || *pid <= 0) return sys_fail(ESRCH, "new process");
  return static_cast<pid_t>(*pid);
}

/// The range of ids: 65536 of the host's, or all of the surrounding jail's. The writer must be in the parent
/// user namespace (user_namespaces(7)).
Result<> map_ids(pid_t pid, uint32_t base) {
  CB_TRY(int proc, host_proc());
  std::string map = fmt::format("0 {} {}", base, model::ids_per_jail);
  CB_CHECK(sys::write_at(proc, fmt::format("{}/uid_map", pid).c_str(), map), "id map");
  CB_CHECK(sys::write_at(proc, fmt::format("{}/gid_map", pid).c_str(), map), "id map");
  latency::mark("id map");
  return {};
}

/// Opens the keeper's image once per program. Called in the spawner namespace, which alone has it.
Result<int> open_keeper() {
  static Fd image;
  if (!image) {
    CB_TRY(image, sys::open("/keeper", O_PATH));
  }
  return image.get();
}

/// Steps into the spawner namespace, or into a copy that is the host's too: it gets the root before the newborn
/// leaves it with a copy of its own. A copy for another user namespace has its mounts locked.
Result<> enter_spawner(Cradle& cradle) {
  if (::setns(cradle.spawner.get(), CLONE_NEWNS) < 0) return sys_fail(errno, "spawner namespace");
  CB_TRY(cradle.keeper, open_keeper(), "keeper");
  if (cradle.locks && ::unshare(CLONE_NEWNS) < 0) return sys_fail(errno, "mount namespace");
  return {};
}

/// Where this process stands on the host.
Result<const Place*> host_place() {
  static const Result<Place> place = Place::here();
  if (!place) return pass(place.error());
  return &*place;
}

/// On the host: this process steps into the spawner namespace for the clone and back.
Result<> clone_on_host(Cradle& cradle) {
  CB_TRY(const Place* place, host_place());
  static const Result<Fd> network = sys::open("/proc/self/ns/net", O_RDONLY);
  if (!network) return pass(network.error());
  if (cradle.network && ::setns(cradle.network.get(), CLONE_NEWNET) < 0) return sys_fail(errno, "network namespace");
  Result<> cloned = enter_spawner(cradle);
  if (cloned) cloned = clone_child(cradle, 0, cradle.request->group);
  CB_CHECK(place->return_to());
  if (cradle.network && ::setns(network->get(), CLONE_NEWNET) < 0) return sys_fail(errno, "returning to the network");
  if (cloned && cradle.own_users) cloned = map_ids(cradle.pid, cradle.request->uid_base);
  return cloned;
}

/// As map_ids(), from the surrounding jail's user namespace. The helper keeps the host's user id, which owns the
/// newborn's files in /proc, and takes from the namespace only the capabilities over it.
Result<> map_ids_in_jail(Cradle& cradle, int keeper, const model::Runtime& parent) {
  if (!parent.uid_base) return map_ids(cradle.pid, cradle.request->uid_base);
  CB_CHECK(host_proc().map([](int) {}));
  Result<> mapped = fail(Why::failed, "helper");
  auto body = [&] {
    if (::setns(keeper, CLONE_NEWUSER) < 0)
      mapped = sys_fail(errno, "user namespace of the jail around it");
    else
      mapped = map_ids(cradle.pid, 0);
  };
  CB_CHECK(sys::run_sharing(body));
  return mapped;
}

/// Below another jail: a helper, born in that jail's pid namespace and already in the new jail's cgroup, enters
/// the other namespaces and clones. The newborn becomes the caller's child (CLONE_PARENT), not the helper's.
Result<> clone_in_jail(Cradle& cradle, const model::Runtime& parent) {
  CB_TRY(Fd keeper, sys::open_process(parent.keeper, {parent.keeper_inode, parent.keeper_start}), "jail around it");
  CB_TRY(Fd own, sys::open("/proc/self/ns/pid_for_children", O_RDONLY));
  int rest = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP | (parent.uid_base ? CLONE_NEWUSER : 0);
  Result<> cloned = fail(Why::failed, "helper");
  auto body = [&] {
    cloned = enter_spawner(cradle);
    if (cloned && (::setns(keeper.get(), rest) < 0 || become_root() < 0))
      cloned = sys_fail(errno, "entering the jail around it");
    if (cloned && cradle.network && ::setns(cradle.network.get(), CLONE_NEWNET) < 0) cloned = sys_fail(errno, "network namespace");
    if (cloned) cloned = clone_child(cradle, CLONE_PARENT, -1);
  };
  if (::setns(keeper.get(), CLONE_NEWPID) < 0) return sys_fail(errno, "setns pid");
  auto ran = sys::run_sharing(body, cradle.request->group);
  if (::setns(own.get(), CLONE_NEWPID) < 0) return sys_fail(errno, "setns pid back");
  CB_CHECK(std::move(ran));
  CB_CHECK(std::move(cloned));
  CB_TRY(cradle.pid, host_pid(cradle.pidfd));
  return cradle.own_users ? map_ids_in_jail(cradle, keeper.get(), parent) : Result<>();
}

void let_go(Cradle& cradle, int word) {
  cradle.go.store(word);
  futex(&cradle.go, FUTEX_WAKE, 1);
  if (sys::wait_departed(&cradle.tid, cradle.pidfd, patience_s)) return;
  cradle.error = ETIMEDOUT;
  cradle.what = "new process";
}

Result<> failure_of(const Cradle& cradle) {
  if (!cradle.error) return {};
  if (*cradle.where) return sys_fail(cradle.error, "{}: {}{}", cradle.what, cradle.request->prison.path, cradle.where);
  if (std::string_view(cradle.what) == "exec")
    return sys_fail(cradle.error, "linux.init: {}", cradle.request->prison.linux_init);
  return sys_fail(cradle.error, "{}", cradle.what);
}

/// Lays the root where the newborn waits.
Result<> lay_for_newborn(Cradle& cradle) {
  CB_TRY(const Place* place, host_place());
  if (::setns(cradle.pidfd, CLONE_NEWNS) < 0) return sys_fail(errno, "mount namespace of the new process");
  bool laid = lay_root(cradle) == 0;
  CB_CHECK(place->return_to());
  return laid ? Result<>() : failure_of(cradle);
}

}  // namespace

uint64_t namespaces_of(const model::Prison& prison) {
  uint64_t flags = CLONE_NEWNS | CLONE_NEWPID;
  if (prison.host != Sys::inherit) flags |= CLONE_NEWUTS;
  bool shares_ipc = prison.sysvmsg == Sys::inherit || prison.sysvsem == Sys::inherit || prison.sysvshm == Sys::inherit;
  if (!shares_ipc) flags |= CLONE_NEWIPC;
  if (prison.vnet == Sys::fresh && !root_owns_stack(prison)) flags |= CLONE_NEWNET;
  if (prison.linux_userns != Sys::inherit) flags |= CLONE_NEWUSER;
  return flags;
}

Result<Newborn> give_birth(const Home& home, BirthRequest& request) {
  Cradle cradle;
  cradle.request = &request;
  cradle.own_users = request.prison.linux_userns != Sys::inherit;
  cradle.locks = cradle.own_users && request.mounts_freely;
  CB_TRY(cradle.spawner, home.spawner());
  CB_TRY(cradle.network, network_before(home, request.prison, request.parent));
  CB_TRY(cradle.root, sys::Tree::clone(request.root, false), "path {}", request.prison.path);
  Confinement init;
  Fd warden, usher;
  if (!request.prison.linux_init.empty()) {
    bool served = needs_warden(request.prison);
    if (served) {
      CB_TRY(warden, connect_warden(), "warden");
    }
    init = confinement_of_init(request.prison, served ? Listener::own : Listener::none);
    init.warden = warden.get();
    if (request.uid_base == 0) {
      CB_TRY(usher, open_in_spawner(cradle.spawner.get(), "/usher"));
    }
    init.usher = usher.get();
    cradle.confinement = &init;
  }
  latency::mark("detached root");
  Result<> equipped = request.parent ? clone_in_jail(cradle, *request.parent) : clone_on_host(cradle);
  if (cradle.pid == 0) return pass(equipped.error());
  latency::mark("clone");
  Newborn newborn{cradle.pid, Fd(cradle.pidfd)};
  if (equipped) equipped = equip(cradle, request);
  if (equipped && cradle.locks) equipped = lay_for_newborn(cradle);
  let_go(cradle, equipped ? 1 : -1);
  latency::mark("mounts and exec inside");
  if (equipped) equipped = failure_of(cradle);
  if (equipped) return newborn;
  (void)sys::reap(newborn.pidfd.get());
  return pass(equipped.error());
}

}  // namespace cellblock::kernel
