#include "kernel/entry.hpp"

#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>

#include "kernel/birth.hpp"
#include "kernel/confine.hpp"
#include "kernel/home.hpp"
#include "kernel/own_program.hpp"
#include "kernel/policy.hpp"
#include "kernel/spawner.hpp"
#include "kernel/warden_link.hpp"
#include "net/fib.hpp"
#include "port/latency.hpp"
#include "sys/compat.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

/// What parent and child share; the parent sleeps until the child has exec'ed.
struct Doorway {
  Confinement* confinement = nullptr;
  int pid_namespace = -1;  ///< pidfd of process 1, or its pid namespace
  int keeper = -1;         ///< pidfd of process 1, for `namespaces` at once
  int namespaces = 0;
  const std::vector<Fd>* others = nullptr;  ///< or one by one
  bool own_users = false;
  const char* join = nullptr;  ///< request to the warden to move the child into the jail's cgroup
  int error = 0;
  const char* what = nullptr;
};

/// What an entry takes is a fraction of a millisecond, unless a process of the jail stops it.
constexpr int patience_s = 10;

int attach_failed(Doorway& door) {
  door.error = errno;
  door.what = "jail_attach";
  return 1;
}

int step_in(void* context) {
  Doorway& door = *static_cast<Doorway*>(context);
  char answer[256];
  if (door.join && ::syscall(jail_call, door.join, std::strlen(door.join), answer, sizeof answer) < 0)
    return attach_failed(door);
  if (door.keeper >= 0 && ::setns(door.keeper, door.namespaces) < 0) return attach_failed(door);
  if (door.others)
    for (const Fd& other : *door.others)
      if (::setns(other.get(), 0) < 0) return attach_failed(door);
  // Past the C library's wrappers, which would try to change other threads too.
  if (door.own_users && (::syscall(SYS_setresgid, 0, 0, 0) < 0 || ::syscall(SYS_setresuid, 0, 0, 0) < 0))
    return attach_failed(door);
  return run_confined(*door.confinement, door.error, door.what);
}

constexpr int always_entered = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP | CLONE_NEWNET;

Result<std::optional<User>> user_for(const model::Jail& jail, const port::Entry& entry) {
  if (!entry.user) return std::optional<User>();
  std::string path = entry.user_from_host ? "/" : fmt::format("/proc/{}/root", jail.runtime.keeper);
  CB_TRY(Fd root, sys::open(path, O_PATH | O_DIRECTORY));
  CB_TRY(User user, find_user(root.get(), *entry.user));
  return std::optional<User>(std::move(user));
}

Result<port::Child> pass_through(Doorway& door, int group, const port::Entry& entry) {
  static const Fd self(sys::pidfd_open(::getpid()));
  int pidfd = -1;
  pid_t tid = 1;
  sys::CloneRequest request;
  request.flags = CLONE_VM | CLONE_PIDFD | CLONE_CHILD_CLEARTID;
  request.child_tid = &tid;
  request.cgroup = group;
  request.pidfd = &pidfd;
  if (::setns(door.pid_namespace, CLONE_NEWPID) < 0) return sys_fail(errno, "jail_attach");
  auto pid = sys::clone_process(request, step_in, &door);
  if (::setns(self.get(), CLONE_NEWPID) < 0) return sys_fail(errno, "jail_attach: returning");
  if (!pid) return pass(pid.error(), "jail_attach");
  port::Child child{*pid, Fd(pidfd)};
  bool departed = sys::wait_departed(&tid, pidfd, patience_s);
  latency::mark("entered");
  // In the background what has been waited for is not what runs.
  if (departed && !door.error && door.confinement->new_session) (void)sys::reap(child.pidfd.get());
  if (departed && !door.error) return child;
  if (!departed) {
    (void)sys::reap(child.pidfd.get());
    return fail(Why::timed_out, "jail_attach: the jail has stopped the entering process");
  }
  (void)sys::reap(child.pidfd.get());
  return entry_failure(door.error, door.what, entry, *door.confinement);
}

}  // namespace

Result<Fd> entry_group(int groups, const model::Runtime& runtime, uint32_t fib) {
  if (fib == 0) return sys::open_at(groups, runtime.cgroup.c_str(), O_RDONLY | O_DIRECTORY);
  auto table = net::table_of_fib(fib);
  if (!table) return fail(Why::invalid, "exec.fib: {}: no routing table: 0 to 65535, but not 253 to 255", fib);
  CB_TRY(Fd keeper, sys::open_process(runtime.keeper, {runtime.keeper_inode, runtime.keeper_start}));
  CB_TRY(auto socket, sys::netlink::Socket::open_in(keeper.get(), NETLINK_ROUTE));
  CB_CHECK(net::add_fib_rules(socket, fib, *table));
  return net::make_fib_group(groups, runtime.cgroup, fib);
}

Result<port::Child> enter_jail(const model::Jail& jail, int group, const port::Entry& entry) {
  const model::Runtime& runtime = jail.runtime;
  CB_TRY(Fd keeper, sys::open_process(runtime.keeper, {runtime.keeper_inode, runtime.keeper_start}), "jail_attach");
  CB_TRY(std::optional<User> user, user_for(jail, entry));
  Fd warden;
  if (needs_warden(jail.prison)) {
    CB_TRY(warden, connect_warden(), "warden");
  }
  Confinement confinement = confinement_of(jail, entry, std::move(user), warden ? Listener::own : Listener::none);
  confinement.warden = warden.get();
  Fd usher;
  if (runtime.uid_base == 0) {
    CB_TRY(Home home, Home::open(true));
    CB_TRY(Fd spawner, home.spawner());
    CB_TRY(usher, open_in_spawner(spawner.get(), "/usher"));
  }
  confinement.usher = usher.get();
  if (entry.own_command) {
    CB_TRY(confinement.program, sealed_commands());
  }
  latency::mark("entry prepared");
  // Entering one's own user namespace again is an error: only those of jails that have one.
  Doorway door{.confinement = &confinement, .pid_namespace = keeper.get(), .keeper = keeper.get()};
  door.own_users = runtime.uid_base != 0;
  door.namespaces = always_entered | (door.own_users ? CLONE_NEWUSER : 0);
  return pass_through(door, group, entry);
}

std::vector<const char*> namespace_files(const model::Prison& prison) {
  std::vector<const char*> files{"pid"};
  uint64_t own = namespaces_of(prison);
  if (own & CLONE_NEWUSER) files.push_back("user");
  files.insert(files.end(), {"mnt", "cgroup"});
  if (own & CLONE_NEWUTS) files.push_back("uts");
  if (own & CLONE_NEWIPC) files.push_back("ipc");
  if (own & CLONE_NEWNET) files.push_back("net");
  return files;
}

Result<port::Child> enter_from_jail(const model::Jail& jail, const Namespaces& namespaces, const port::Entry& entry,
                                    std::optional<User> user) {
  Confinement confinement = confinement_of(jail, entry, std::move(user), Listener::above);
  if (entry.own_command) {
    CB_TRY(confinement.program, sealed_commands());
  }
  std::string join = fmt::format("join {}", jail.prison.jid);
  Doorway door{.confinement = &confinement, .pid_namespace = namespaces.pid.get(), .others = &namespaces.others};
  door.own_users = jail.prison.linux_userns != model::Sys::inherit;
  door.join = join.c_str();
  return pass_through(door, -1, entry);
}

}  // namespace cellblock::kernel
