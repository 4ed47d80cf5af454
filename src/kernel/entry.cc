#include "kernel/entry.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>

#include "kernel/confine.hpp"
#include "port/latency.hpp"
#include "sys/compat.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

/// What parent and child share; the parent sleeps until the child has exec'ed.
struct Doorway {
  Confinement* confinement = nullptr;
  int keeper = -1;
  int namespaces = 0;
  int error = 0;
  const char* what = nullptr;
};

int step_in(void* context) {
  Doorway& door = *static_cast<Doorway*>(context);
  bool own_users = (door.namespaces & CLONE_NEWUSER) != 0;
  if (::setns(door.keeper, door.namespaces) < 0 ||
      (own_users && (::syscall(SYS_setresgid, 0, 0, 0) < 0 || ::syscall(SYS_setresuid, 0, 0, 0) < 0))) {
    door.error = errno;
    door.what = "jail_attach";
    return 1;
  }
  return run_confined(*door.confinement, door.error, door.what);
}

/// The namespaces that tell the jail from the host; entering one's own user namespace again is an error.
int namespaces_to_enter(const model::Jail& jail) {
  int flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP | CLONE_NEWNET;
  return jail.runtime.uid_base ? flags | CLONE_NEWUSER : flags;
}

Result<std::optional<User>> user_for(const model::Jail& jail, const port::Entry& entry) {
  if (!entry.user) return std::optional<User>();
  std::string path = entry.user_from_host ? "/" : fmt::format("/proc/{}/root", jail.runtime.keeper);
  CB_TRY(Fd root, sys::open(path, O_PATH | O_DIRECTORY));
  CB_TRY(User user, find_user(root.get(), *entry.user));
  return std::optional<User>(std::move(user));
}

}  // namespace

Result<port::Child> enter_jail(const model::Jail& jail, int group, const port::Entry& entry) {
  const model::Runtime& runtime = jail.runtime;
  CB_TRY(Fd keeper, sys::open_process(runtime.keeper, {runtime.keeper_inode, runtime.keeper_start}), "jail_attach");
  CB_TRY(std::optional<User> user, user_for(jail, entry));
  Confinement confinement = confinement_of(jail.prison, entry, std::move(user));
  latency::mark("entry prepared");
  static const Fd own(::open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC));
  Doorway door{&confinement, keeper.get(), namespaces_to_enter(jail)};
  int pidfd = -1;
  sys::CloneRequest request;
  request.flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD;
  request.cgroup = group;
  request.pidfd = &pidfd;
  if (::setns(keeper.get(), CLONE_NEWPID) < 0) return sys_fail(errno, "jail_attach");
  auto pid = sys::clone_process(request, step_in, &door);
  if (::setns(own.get(), CLONE_NEWPID) < 0) return sys_fail(errno, "jail_attach: returning");
  if (!pid) return pass(pid.error(), "jail_attach");
  port::Child child{*pid, Fd(pidfd)};
  latency::mark("entered");
  if (!door.error) return child;
  (void)sys::reap(child.pidfd.get());
  return entry_failure(door.error, door.what, entry, confinement);
}

}  // namespace cellblock::kernel
