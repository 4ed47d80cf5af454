#include "kernel/cradle.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>
#include <utility>

#include "port/latency.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

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

int go_to_root(Cradle& cradle) {
  return ::fchdir(cradle.root.fd()) < 0 || ::chroot(".") < 0 ? give_up(cradle, "chroot") : 0;
}

/// Where the ruleset shows a place for them.
int lay_device_folders(Cradle& cradle) {
  if (!cradle.request->dev) return 0;
  if (::access("/dev/pts", F_OK) == 0 &&
      mount_new("devpts", {{"ptmxmode", "0666"}, {"mode", "0620"}, {"gid", "5"}}, "/dev/pts") < 0)
    return give_up(cradle, "mount.devfs", "/dev/pts");
  if (::access("/dev/shm", F_OK) == 0 && mount_new("tmpfs", {{"mode", "1777"}}, "/dev/shm") < 0)
    return give_up(cradle, "mount.devfs", "/dev/shm");
  return 0;
}

/// What hides a file: /dev/null, unless the root has something else in its place.
int open_cover(int proc) {
  struct stat status {};
  int tree = ::open_tree(AT_FDCWD, "/dev/null", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (tree >= 0 && ::fstat(tree, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3)) return tree;
  if (tree >= 0) ::close(tree);
  return ::open_tree(proc, "version", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

/// Lays a read-only copy of itself or a cover over `name` in `proc`. By descriptor: the jail's root may have
/// anything at /proc by now.
int lay_copy(int proc, const char* name, bool hidden) {
  if (::faccessat(proc, name, F_OK, 0) < 0 && errno == ENOENT) return 0;
  int tree = hidden ? open_cover(proc) : ::open_tree(proc, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (tree < 0) return -1;
  mount_attr attr{};
  attr.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
  int laid = ::mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof attr);
  if (laid == 0) laid = ::move_mount(tree, "", proc, name, MOVE_MOUNT_F_EMPTY_PATH);
  int error = errno;
  ::close(tree);
  errno = error;
  return laid;
}

/// Covers what the proc mount open as `proc` shows of the machine, for jails that share the host's user ids. 0 or
/// -1 and errno.
int cover_proc(int proc) {
  for (const char* path : {"sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi", "asound", "driver", "mtrr",
                           "dynamic_debug"})
    if (lay_copy(proc, path, false) < 0) return -1;
  for (const char* path : {"kcore", "keys", "timer_list", "sched_debug", "kmsg", "kpagecount", "kpageflags",
                           "kpagecgroup", "latency_stats"})
    if (lay_copy(proc, path, true) < 0) return -1;
  return 0;
}

int lay_proc(Cradle& cradle) {
  if (!cradle.proc) return 0;
  if (lay(cradle.proc.fd(), "/proc") < 0) return give_up(cradle, "mount.procfs", "/proc");
  if (!cradle.own_users && cover_proc(cradle.proc.fd()) < 0) return give_up(cradle, "mount.procfs", "/proc");
  return 0;
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

}  // namespace

int give_up(Cradle& cradle, const char* what, const char* where) {
  cradle.error = errno;
  cradle.what = what;
  cradle.where = where;
  return 111;
}

Result<> equip(Cradle& cradle, BirthRequest& request) {
  if (request.sysfs) {
    CB_TRY(sys::Tree tree, sys::Tree::sysfs_for(cradle.pidfd, {}), "sysfs");
    request.inlays.insert(request.inlays.begin(), Inlay{std::move(tree), "/sys"});
  }
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

int lay_root(Cradle& cradle) {
  if (lay(cradle.root.fd(), "/") < 0) return give_up(cradle, "root");
  if (int failed = go_to_root(cradle)) return failed;
  for (const Inlay& inlay : cradle.request->inlays)
    if (lay(inlay.tree.fd(), inlay.target.c_str()) < 0) return give_up(cradle, "mount", inlay.target.c_str());
  if (cradle.request->dev && lay(cradle.request->dev.fd(), "/dev") < 0) return give_up(cradle, "mount.devfs", "/dev");
  return 0;
}

int take_root(Cradle& cradle) {
  if (int failed = go_to_root(cradle)) return failed;
  return ::unshare(CLONE_NEWNS) < 0 ? give_up(cradle, "mount namespace") : 0;
}

int lay_own(Cradle& cradle) {
  if (int failed = lay_device_folders(cradle)) return failed;
  return lay_proc(cradle);
}

}  // namespace cellblock::kernel
