#include "kernel/birth.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <string_view>

#include "base/text.hpp"
#include "kernel/confine.hpp"
#include "kernel/policy.hpp"
#include "kernel/spawner.hpp"
#include "kernel/warden_link.hpp"
#include "port/latency.hpp"
#include "sys/compat.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

using model::Sys;

/// What parent and child share. The child only reads the plan and writes the outcome: it allocates nothing,
/// for it runs in the parent's memory while the parent goes on.
struct Cradle {
  // plan
  const BirthRequest* request = nullptr;
  Confinement* confinement = nullptr;  ///< for an init of the jail's own
  sys::Tree root, proc;
  int keeper = -1;  ///< its image
  Fd spawner;
  Fd nonet;  ///< the network namespace to be born in, for a jail of the host's without addresses
  bool own_users = false;
  // outcome
  std::atomic<int> go{0};
  int error = 0;
  const char* what = nullptr;
  const char* where = "";
  pid_t tid = 0;  ///< zeroed and woken by the kernel when the child has exec'ed or ended
  int pidfd = -1;
  pid_t pid = 0;
};

/// Longest time for what the newborn does by itself: below another jail that one's root can stop it.
constexpr int patience_s = 30;

long futex(void* word, int operation, int value) {
  return ::syscall(SYS_futex, word, operation, value, nullptr, nullptr, 0);
}

int give_up(Cradle& cradle, const char* what, const char* where = "") {
  cradle.error = errno;
  cradle.what = what;
  cradle.where = where;
  return 111;
}

int close_keeping_errno(int fd, int result) {
  int error = errno;
  ::close(fd);
  errno = error;
  return result;
}

/// A file system that belongs to the jail's own user namespace, made by the child: in the parent's table of
/// descriptors, so that none may be left there.
int mount_new(const char* type, std::initializer_list<std::pair<const char*, const char*>> options, const char* target) {
  int context = ::fsopen(type, FSOPEN_CLOEXEC);
  if (context < 0) return -1;
  for (auto [key, value] : options)
    if (::fsconfig(context, FSCONFIG_SET_STRING, key, value, 0) < 0) return close_keeping_errno(context, -1);
  int mount = ::fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  if (mount == 0) mount = ::fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  close_keeping_errno(context, 0);
  if (mount < 0) return -1;
  return close_keeping_errno(mount, ::move_mount(mount, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH));
}

int lay(int tree, const char* target) {
  return ::move_mount(tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH);
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

int mount_root(Cradle& cradle) {
  if (lay(cradle.root.fd(), "/") < 0) return give_up(cradle, "root");
  if (::fchdir(cradle.root.fd()) < 0 || ::chroot(".") < 0) return give_up(cradle, "chroot");
  for (const Inlay& inlay : cradle.request->inlays)
    if (lay(inlay.tree.fd(), inlay.target.c_str()) < 0) return give_up(cradle, "mount", inlay.target.c_str());
  return 0;
}

int mount_devices(Cradle& cradle) {
  if (!cradle.request->dev) return 0;
  if (lay(cradle.request->dev.fd(), "/dev") < 0) return give_up(cradle, "mount.devfs", "/dev");
  // Where the ruleset shows a place for them.
  if (::access("/dev/pts", F_OK) == 0 &&
      mount_new("devpts", {{"ptmxmode", "0666"}, {"mode", "0620"}, {"gid", "5"}}, "/dev/pts") < 0)
    return give_up(cradle, "mount.devfs", "/dev/pts");
  if (::access("/dev/shm", F_OK) == 0 && mount_new("tmpfs", {{"mode", "1777"}}, "/dev/shm") < 0)
    return give_up(cradle, "mount.devfs", "/dev/shm");
  return 0;
}

int mount_proc(Cradle& cradle) {
  if (!cradle.proc) return 0;
  if (lay(cradle.proc.fd(), "/proc") < 0) return give_up(cradle, "mount.procfs", "/proc");
  if (!cradle.own_users && cover_proc(cradle.proc.fd()) < 0) return give_up(cradle, "mount.procfs", "/proc");
  return 0;
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
  if (int failed = mount_root(cradle)) return failed;
  if (int failed = mount_devices(cradle)) return failed;
  if (int failed = mount_proc(cradle)) return failed;
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

/// Clones in the spawner namespace, where the calling process is.
Result<> clone_in_spawner(Cradle& cradle, uint64_t extra, int group) {
  CB_TRY(cradle.keeper, open_keeper(), "keeper");
  return clone_child(cradle, extra, group);
}

/// On the host: this process steps into the spawner namespace for the clone and back.
Result<> clone_on_host(Cradle& cradle) {
  static const Result<Place> place = Place::here();
  if (!place) return pass(place.error());
  static const Result<Fd> network = sys::open("/proc/self/ns/net", O_RDONLY);
  if (!network) return pass(network.error());
  if (cradle.nonet && ::setns(cradle.nonet.get(), CLONE_NEWNET) < 0) return sys_fail(errno, "empty network namespace");
  Result<> cloned;
  if (::setns(cradle.spawner.get(), CLONE_NEWNS) < 0)
    cloned = sys_fail(errno, "spawner namespace");
  else
    cloned = clone_in_spawner(cradle, 0, cradle.request->group);
  CB_CHECK(place->return_to());
  if (cradle.nonet && ::setns(network->get(), CLONE_NEWNET) < 0) return sys_fail(errno, "returning to the network");
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
    if (::setns(cradle.spawner.get(), CLONE_NEWNS) < 0 ||
        ::setns(keeper.get(), rest) < 0 || become_root() < 0) {
      cloned = sys_fail(errno, "entering the jail around it");
      return;
    }
    cloned = clone_in_spawner(cradle, CLONE_PARENT, -1);
  };
  if (::setns(keeper.get(), CLONE_NEWPID) < 0) return sys_fail(errno, "setns pid");
  auto ran = sys::run_sharing(body, cradle.request->group);
  if (::setns(own.get(), CLONE_NEWPID) < 0) return sys_fail(errno, "setns pid back");
  CB_CHECK(std::move(ran));
  CB_CHECK(std::move(cloned));
  CB_TRY(cradle.pid, host_pid(cradle.pidfd));
  return cradle.own_users ? map_ids_in_jail(cradle, keeper.get(), parent) : Result<>();
}

/// Maps the ids of the root's files and of the mounts below it. What can't be mapped keeps the host's ids.
Result<> map_mounts(Cradle& cradle, BirthRequest& request) {
  CB_TRY(Fd users, sys::open(fmt::format("/proc/{}/ns/user", cradle.pid), O_RDONLY));
  if (auto mapped = cradle.root.change(MOUNT_ATTR_NODEV, users.get()); !mapped) {
    if (mapped.error().sys != EINVAL) return mapped;
    return fail(Why::unsupported,
                "path {}: its file system can't map ids for a user namespace; use another or linux.userns=inherit",
                request.prison.path);
  }
  for (Inlay& inlay : request.inlays) {
    CB_CHECK(inlay.tree.change(MOUNT_ATTR_NODEV));
    (void)inlay.tree.change(0, users.get());
  }
  if (request.dev) (void)request.dev.change(0, users.get());
  return {};
}

Result<> equip(Cradle& cradle, BirthRequest& request) {
  if (cradle.own_users) {
    CB_CHECK(map_mounts(cradle, request));
    latency::mark("idmapped root");
  } else {
    CB_CHECK(cradle.root.change(MOUNT_ATTR_NODEV));
    for (Inlay& inlay : request.inlays) CB_CHECK(inlay.tree.change(MOUNT_ATTR_NODEV));
  }
  if (request.prison.mount_procfs) {
    CB_TRY(cradle.proc, sys::Tree::proc_for(cradle.pid, {}), "mount.procfs");
    latency::mark("proc");
  }
  return {};
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

}  // namespace

uint64_t namespaces_of(const model::Prison& prison) {
  uint64_t flags = CLONE_NEWNS | CLONE_NEWPID;
  if (prison.host != Sys::inherit) flags |= CLONE_NEWUTS;
  bool shares_ipc = prison.sysvmsg == Sys::inherit || prison.sysvsem == Sys::inherit || prison.sysvshm == Sys::inherit;
  if (!shares_ipc) flags |= CLONE_NEWIPC;
  if (prison.vnet == Sys::fresh) flags |= CLONE_NEWNET;
  if (prison.linux_userns != Sys::inherit) flags |= CLONE_NEWUSER;
  return flags;
}

Result<Newborn> give_birth(const Home& home, BirthRequest& request) {
  Cradle cradle;
  cradle.request = &request;
  cradle.own_users = request.prison.linux_userns != Sys::inherit;
  CB_TRY(cradle.spawner, home.spawner());
  if (!request.parent && stack_of(request.prison) == Stack::nowhere) {
    CB_TRY(cradle.nonet, home.nonet());
  }
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
  let_go(cradle, equipped ? 1 : -1);
  latency::mark("mounts and exec inside");
  if (equipped) equipped = failure_of(cradle);
  if (equipped) return newborn;
  (void)sys::reap(newborn.pidfd.get());
  return pass(equipped.error());
}

}  // namespace cellblock::kernel
