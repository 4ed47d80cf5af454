// mount(2) and umount2(2) on a jail's behalf: allow.mount and allow.mount.TYPE, paths resolved within its root.

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "base/text.hpp"
#include "kernel/devices.hpp"
#include "kernel/own_mounts.hpp"
#include "kernel/serve.hpp"
#include "kernel/standpoint.hpp"
#include "sys/compat.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

using model::Allow;
using model::Jail;

constexpr unsigned long kept_flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

struct Kind {
  const char* name;
  Allow allow;
};
constexpr Kind kinds[] = {{"tmpfs", Allow::mount_tmpfs},         {"proc", Allow::mount_procfs},
                          {"proc", Allow::mount_linprocfs},
                          {"procfs", Allow::mount_procfs},       {"linprocfs", Allow::mount_linprocfs},
                          {"devfs", Allow::mount_devfs},         {"sysfs", Allow::mount_linsysfs},
                          {"linsysfs", Allow::mount_linsysfs},   {"nullfs", Allow::mount_nullfs},
                          {"fdescfs", Allow::mount_fdescfs},     {"fuse", Allow::mount_fusefs},
                          {"fusefs", Allow::mount_fusefs}};

/// FreeBSD: EPERM for a file system that the jail may not mount.
Result<const Kind*> permitted(const Jail& jail, std::string_view type) {
  for (const Kind& kind : kinds)
    if (type == kind.name && model::allowed(jail.prison.allow, kind.allow)) return &kind;
  return sys_fail(EPERM, "{}", type);
}

struct MountCall {
  std::string source, target, type, data;
  unsigned long flags = 0;
};

/// A tmpfs that belongs to the jail's root. Only options that size or protect it are passed on.
Result<sys::Tree> new_tmpfs(const Jail& jail, const MountCall& wanted) {
  std::string owner = std::to_string(jail.runtime.uid_base);
  sys::Tree::Options options{{"source", wanted.source}, {"uid", owner}, {"gid", owner}};
  for (const std::string& word : split(wanted.data, ',')) {
    if (word.empty()) continue;
    size_t equals = word.find('=');
    std::string key = word.substr(0, equals);
    if (equals == std::string::npos || (key != "size" && key != "mode" && key != "nr_inodes")) return sys_fail(EINVAL, "{}", word);
    options.emplace_back(key, word.substr(equals + 1));
  }
  return sys::Tree::create("tmpfs", options, MOUNT_ATTR_NODEV);
}

Result<bool> is_mount_point(int fd) {
  struct statx status {};
  if (::statx(fd, "", AT_EMPTY_PATH, 0, &status) < 0) return sys_fail(errno, "statx");
  return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

/// With the host's user ids nothing but the covers of kernel/cradle.cc keeps root in the jail from writing what is
/// the machine's in a proc. No proc without them is laid in such a jail, and none is taken apart.
bool shares_ids(const Jail& jail) { return jail.runtime.uid_base == 0; }

Result<bool> is_proc(int fd) {
  struct statfs status {};
  if (::fstatfs(fd, &status) < 0) return bare_fail(errno);
  return status.f_type == PROC_SUPER_MAGIC;
}

/// Another mount of the jail's own /proc, with its covers.
Result<sys::Tree> covered_proc(const Standpoint& place) {
  CB_TRY(Fd proc, place.open("/proc"));
  CB_TRY(bool top, is_mount_point(proc.get()));
  CB_TRY(bool is_one, is_proc(proc.get()));
  if (!is_one || !top) return bare_fail(EPERM);
  return sys::Tree::clone(proc.get(), true);
}

Result<sys::Tree> new_devfs(const Jail& jail) {
  CB_TRY(Home home, Home::open(false));
  CB_TRY(sys::Tree tree, device_tree(home, jail.prison));
  if (shares_ids(jail)) return tree;
  CB_TRY(Fd users, sys::open(fmt::format("/proc/{}/ns/user", jail.runtime.keeper), O_RDONLY));
  (void)tree.change(0, users.get());
  return tree;
}

Result<sys::Tree> new_linsysfs(const Jail& jail, const MountCall& wanted) {
  const model::Runtime& runtime = jail.runtime;
  CB_TRY(Fd keeper, sys::open_process(runtime.keeper, {runtime.keeper_inode, runtime.keeper_start}));
  return sys::Tree::sysfs_for(keeper.get(), {{"source", wanted.source}});
}

Result<sys::Tree> new_tree(const Jail& jail, Allow kind, const MountCall& wanted) {
  switch (kind) {
    case Allow::mount_tmpfs: return new_tmpfs(jail, wanted);
    case Allow::mount_procfs:
    case Allow::mount_linprocfs: return sys::Tree::proc_for(jail.runtime.keeper, {{"source", wanted.source}});
    case Allow::mount_devfs: return new_devfs(jail);
    case Allow::mount_linsysfs: return new_linsysfs(jail, wanted);
    default: return bare_fail(EPERM);
  }
}

/// nullfs: another view of a directory or file. Of a proc the covers would stay behind.
Result<sys::Tree> new_view(const Jail& jail, const Standpoint& place, const std::string& path) {
  CB_TRY(Fd source, place.open(path));
  CB_TRY(bool proc, is_proc(source.get()));
  if (proc && shares_ids(jail)) return bare_fail(EPERM);
  return sys::Tree::clone(source.get(), false);
}

Result<MountCall> copy_call(const Notification& call) {
  if (!call.is_native()) return bare_fail(ENOSYS);
  MountCall copy;
  auto string = [&](int index) { return call.argument(index) ? call.read_string(call.argument(index)) : Result<std::string>(""); };
  CB_TRY(copy.source, string(0));
  CB_TRY(copy.target, string(1));
  CB_TRY(copy.type, string(2));
  CB_TRY(copy.data, string(4));
  copy.flags = call.argument(3);
  if (copy.source.empty()) copy.source = "none";
  return copy;
}

/// "fd=7,rootmode=40000,..." with this process' number for the caller's file.
Result<sys::Tree::Options> fuse_options(const Notification& call, const MountCall& wanted, Fd& file) {
  sys::Tree::Options options{{"source", wanted.source}};
  for (const std::string& word : split(wanted.data, ',')) {
    if (word.empty()) continue;
    size_t equals = word.find('=');
    std::string key = word.substr(0, equals), value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (key == "fd") {
      auto number = parse_int(value);
      if (!number || *number < 0) return bare_fail(EBADF);
      CB_TRY(file, call.descriptor(static_cast<uint64_t>(*number)));
      value = std::to_string(file.get());
    }
    options.emplace_back(std::move(key), std::move(value));
  }
  return file ? Result<sys::Tree::Options>(std::move(options)) : bare_fail(EINVAL);
}

/// A file system of a user program belongs to the jail's own user namespace, so a process in it makes that. This one
/// stands in the jail's mounts already.
Result<sys::Tree> new_fuse(const sys::Tree::Options& options, int users) {
  Result<sys::Tree> made = bare_fail(EPERM);
  auto body = [&] {
    ::alarm(patience_s);
    bool inside = ::setns(users, CLONE_NEWUSER) == 0 && ::syscall(SYS_setresgid, 0, 0, 0) == 0 &&
                  ::syscall(SYS_setresuid, 0, 0, 0) == 0;
    if (inside) made = sys::Tree::create("fuse", options, MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID);
  };
  CB_CHECK(sys::run_sharing(body));
  return made;
}

/// `mount -u`: protects a mount of the jail's own further. What is protected stays so: it may be a view of something
/// that the host protects.
Result<> change_mount(const MountCall& wanted, const OwnMounts& own, int target) {
  CB_TRY(uint64_t number, sys::mount_number(target));
  CB_TRY(bool top, is_mount_point(target));
  if (!top) return bare_fail(EINVAL);
  if (!own.has(number)) return bare_fail(EPERM);
  struct statvfs now {};
  if (::fstatvfs(target, &now) < 0) return bare_fail(errno);
  unsigned long flags = wanted.flags & kept_flags;
  if ((now.f_flag & ST_RDONLY) && !(flags & MS_RDONLY)) return bare_fail(EPERM);
  mount_attr attr{};
  attr.attr_set = flags;
  return ::mount_setattr(target, "", AT_EMPTY_PATH, &attr, sizeof attr) < 0 ? Result<>(bare_fail(errno)) : Result<>();
}

/// What the link at `path` says; empty where there is none.
std::string link_at(const Standpoint& place, const std::string& path) {
  char text[PATH_MAX];
  auto at = place.open(path, O_NOFOLLOW);
  ssize_t length = at ? ::readlinkat(at->get(), "", text, sizeof text) : -1;
  return length > 0 ? std::string(text, static_cast<size_t>(length)) : "";
}

/// In every /dev of a jail `fd` is a link that does what FreeBSD's file system does.
Result<> mount_descriptors(const Standpoint& place, const std::string& target) {
  bool resolved = target.starts_with("/proc/") && target.ends_with("/fd");
  return resolved || link_at(place, target) == "/proc/self/fd" ? Result<>() : bare_fail(EOPNOTSUPP);
}

/// What needs /proc of the host is done before the step into the jail's mounts; what a jail can delay, before its
/// list of mounts is locked.
Result<> mount_new(const Notification& call, const Jail& jail, const MountCall& wanted) {
  CB_TRY(const Kind* kind, permitted(jail, wanted.flags & MS_BIND ? "nullfs" : wanted.type));
  const Allow what = kind->allow;
  if (what == Allow::mount_fusefs && shares_ids(jail)) return bare_fail(EPERM);
  bool copy = shares_ids(jail) && (what == Allow::mount_procfs || what == Allow::mount_linprocfs);
  bool here = !copy && what != Allow::mount_nullfs && what != Allow::mount_fdescfs && what != Allow::mount_fusefs;
  sys::Tree tree;
  if (here) {
    CB_TRY(tree, new_tree(jail, what, wanted));
  }
  Fd file;
  sys::Tree::Options options;
  if (what == Allow::mount_fusefs) {
    CB_TRY(options, fuse_options(call, wanted, file));
  }
  CB_TRY(Fd users, sys::open(fmt::format("/proc/{}/ns/user", jail.runtime.keeper), O_RDONLY));
  CB_TRY(Standpoint place, Standpoint::of(call));
  CB_TRY(Home home, Home::open(false));
  CB_TRY(OwnMounts own, OwnMounts::of(home, jail.prison.jid, jail.runtime.keeper));
  CB_CHECK(place.enter());
  if (what == Allow::mount_fdescfs) return mount_descriptors(place, wanted.target);
  CB_TRY(Fd target, place.open(wanted.target));
  if (what == Allow::mount_fusefs) {
    CB_TRY(tree, new_fuse(options, users.get()));
  } else if (what == Allow::mount_nullfs) {
    CB_TRY(tree, new_view(jail, place, wanted.source));
  } else if (copy) {
    CB_TRY(tree, covered_proc(place));
  }
  if (uint64_t attributes = wanted.flags & kept_flags) CB_CHECK(tree.change(attributes));
  CB_CHECK(own.lock());
  return call.valid() ? own.attach(tree, target.get()) : bare_fail(ESRCH);
}

bool may_mount(const Notification& call, const Jail& jail) {
  return model::allowed(jail.prison.allow, Allow::mount) && jail.prison.enforce_statfs < 2 && call.by_root_of(jail);
}

}  // namespace

Result<> serve_mount(const Notification& call, const Jail& jail) {
  CB_TRY(MountCall wanted, copy_call(call));
  if (!may_mount(call, jail) || (wanted.flags & (MS_MOVE | MS_SHARED | MS_SLAVE | MS_UNBINDABLE))) return bare_fail(EPERM);
  if (wanted.flags & MS_PRIVATE) return {};  // it is private already
  if (!(wanted.flags & MS_REMOUNT)) return mount_new(call, jail, wanted);
  CB_TRY(Home home, Home::open(false));
  CB_TRY(OwnMounts own, OwnMounts::of(home, jail.prison.jid, jail.runtime.keeper));
  CB_TRY(Standpoint place, Standpoint::of(call));
  CB_CHECK(place.enter());
  CB_TRY(Fd target, place.open(wanted.target));
  CB_CHECK(own.lock());
  return call.valid() ? change_mount(wanted, own, target.get()) : bare_fail(ESRCH);
}

/// A jail may undo what it has mounted, but neither its root nor what it was started with. What is in use goes as soon
/// as it is not: EBUSY is never the answer.
Result<> serve_umount(const Notification& call, const Jail& jail) {
  if (!call.is_native()) return bare_fail(ENOSYS);
  if (!may_mount(call, jail)) return bare_fail(EPERM);
  CB_TRY(std::string path, call.read_string(call.argument(0)));
  CB_TRY(Home home, Home::open(false));
  CB_TRY(OwnMounts own, OwnMounts::of(home, jail.prison.jid, jail.runtime.keeper));
  CB_TRY(Standpoint place, Standpoint::of(call));
  CB_CHECK(place.enter());
  CB_TRY(Fd target, place.open(path, call.argument(1) & UMOUNT_NOFOLLOW ? O_NOFOLLOW : 0));
  CB_CHECK(own.lock());
  CB_TRY(uint64_t number, sys::mount_number(target.get()));
  CB_TRY(bool top, is_mount_point(target.get()));
  if (!top) return bare_fail(EINVAL);
  if (!own.has(number)) return bare_fail(EPERM);
  if (!call.valid()) return bare_fail(ESRCH);
  // By descriptor, not by ".": a user program's file system lets nobody else step into it.
  CB_CHECK(place.go_to_descriptors());
  return own.drop(number, [&]() -> Result<> {
    return ::umount2(Standpoint::number_path(target).c_str(), MNT_DETACH) < 0 ? Result<>(bare_fail(errno)) : Result<>();
  });
}

}  // namespace cellblock::kernel
