// mount(2) and umount2(2) on a jail's behalf: allow.mount and allow.mount.TYPE, paths resolved within its root.

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.hpp"
#include "kernel/devices.hpp"
#include "kernel/home.hpp"
#include "kernel/serve.hpp"
#include "sys/compat.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"

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
                          {"procfs", Allow::mount_procfs},       {"linprocfs", Allow::mount_linprocfs},
                          {"devfs", Allow::mount_devfs},         {"sysfs", Allow::mount_linsysfs},
                          {"linsysfs", Allow::mount_linsysfs},   {"nullfs", Allow::mount_nullfs}};

/// FreeBSD: EPERM for a file system that the jail may not mount.
Result<const Kind*> permitted(const Jail& jail, std::string_view type) {
  for (const Kind& kind : kinds)
    if (type == kind.name && model::allowed(jail.prison.allow, kind.allow)) return &kind;
  return sys_fail(EPERM, "{}", type);
}

/// The caller's mount namespace and root, for the time of one call.
class Inside {
 public:
  static Result<Inside> of(pid_t pid) {
    Inside inside;
    CB_TRY(inside.own_, sys::open("/proc/self/ns/mnt", O_RDONLY));
    CB_TRY(inside.root_, sys::open(fmt::format("/proc/{}/root", pid), O_PATH | O_DIRECTORY));
    CB_TRY(inside.cwd_, sys::open(fmt::format("/proc/{}/cwd", pid), O_PATH | O_DIRECTORY));
    CB_TRY(Fd mounts, sys::open(fmt::format("/proc/{}/ns/mnt", pid), O_RDONLY));
    if (::setns(mounts.get(), CLONE_NEWNS) < 0) return sys_fail(errno, "setns mnt");
    inside.entered_ = true;
    return inside;
  }
  Inside(Inside&& other) noexcept
      : own_(std::move(other.own_)), root_(std::move(other.root_)), cwd_(std::move(other.cwd_)),
        entered_(std::exchange(other.entered_, false)) {}
  ~Inside() {
    if (entered_ && ::setns(own_.get(), CLONE_NEWNS) < 0) ::_exit(1);  // never serve from within a jail
  }

  /// A path of the caller's: nothing in it leads out of its root.
  Result<Fd> open(const std::string& path) const {
    int from = path.starts_with('/') ? root_.get() : cwd_.get();
    uint64_t resolve = RESOLVE_NO_MAGICLINKS | (path.starts_with('/') ? RESOLVE_IN_ROOT : RESOLVE_BENEATH);
    return sys::open_resolved(from, path.c_str(), O_PATH, resolve);
  }

 private:
  Inside() = default;
  Fd own_, root_, cwd_;
  bool entered_ = false;
};

/// A tmpfs that belongs to the jail's root. Only options that size or protect it are passed on.
Result<sys::Tree> new_tmpfs(const Jail& jail, const std::string& data) {
  std::string owner = std::to_string(jail.runtime.uid_base);
  sys::Tree::Options options{{"uid", owner}, {"gid", owner}};
  for (const std::string& word : split(data, ',')) {
    size_t equals = word.find('=');
    std::string key = word.substr(0, equals);
    if (equals == std::string::npos || (key != "size" && key != "mode" && key != "nr_inodes")) return sys_fail(EINVAL, "{}", word);
    options.emplace_back(key, word.substr(equals + 1));
  }
  return sys::Tree::create("tmpfs", options, MOUNT_ATTR_NODEV);
}

Result<sys::Tree> new_tree(const Jail& jail, Allow kind, const std::string& data) {
  switch (kind) {
    case Allow::mount_tmpfs: return new_tmpfs(jail, data);
    case Allow::mount_procfs:
    case Allow::mount_linprocfs: return sys::Tree::proc_for(jail.runtime.keeper, {});
    case Allow::mount_devfs: {
      CB_TRY(Home home, Home::open(false));
      return device_tree(home, jail.prison);
    }
    case Allow::mount_linsysfs:
      return sys::Tree::create("sysfs", {}, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    default: return bare_fail(EPERM);
  }
}

struct MountCall {
  std::string source, target, type, data;
  unsigned long flags = 0;
};

Result<MountCall> copy_call(const Notification& call) {
  if (!call.is_native()) return bare_fail(ENOSYS);
  MountCall copy;
  auto string = [&](int index) { return call.argument(index) ? call.read_string(call.argument(index)) : Result<std::string>(""); };
  CB_TRY(copy.source, string(0));
  CB_TRY(copy.target, string(1));
  CB_TRY(copy.type, string(2));
  CB_TRY(copy.data, string(4));
  copy.flags = call.argument(3);
  return copy;
}

}  // namespace

Result<> serve_mount(const Notification& call, const Jail& jail) {
  CB_TRY(MountCall wanted, copy_call(call));
  if (!model::allowed(jail.prison.allow, Allow::mount) || jail.prison.enforce_statfs >= 2 || !call.by_root_of(jail))
    return bare_fail(EPERM);
  bool bind = (wanted.flags & MS_BIND) != 0;
  if (wanted.flags & (MS_REMOUNT | MS_MOVE | MS_SHARED | MS_SLAVE | MS_UNBINDABLE)) return bare_fail(EPERM);
  if (wanted.flags & MS_PRIVATE) return {};  // it is private already
  CB_TRY(const Kind* kind, permitted(jail, bind ? "nullfs" : wanted.type));
  bind |= kind->allow == Allow::mount_nullfs;
  sys::Tree tree;
  if (!bind) {
    CB_TRY(tree, new_tree(jail, kind->allow, kind->allow == Allow::mount_tmpfs ? wanted.data : std::string()));
  }
  CB_TRY(Inside inside, Inside::of(call.pid()));
  CB_TRY(Fd target, inside.open(wanted.target));
  if (bind) {
    CB_TRY(Fd source, inside.open(wanted.source));
    CB_TRY(tree, sys::Tree::clone(source.get(), false));
  }
  if (uint64_t attributes = wanted.flags & kept_flags) CB_CHECK(tree.change(attributes));
  if (!call.valid()) return bare_fail(ESRCH);
  return tree.attach(target.get());
}

/// A jail may undo what lies inside its root, but neither the root nor what it was started with.
Result<> serve_umount(const Notification& call, const Jail& jail) {
  if (!call.is_native()) return bare_fail(ENOSYS);
  if (!model::allowed(jail.prison.allow, Allow::mount) || !call.by_root_of(jail)) return bare_fail(EPERM);
  CB_TRY(std::string path, call.read_string(call.argument(0)));
  for (const char* own : {"/", "/dev", "/dev/pts", "/dev/shm", "/proc"})
    if (path == own) return sys_fail(EPERM, "{}", path);
  CB_TRY(Inside inside, Inside::of(call.pid()));
  CB_TRY(Fd target, inside.open(path));
  CB_TRY(Fd root, inside.open("/"));
  CB_TRY(uint64_t there, sys::mount_id(target.get()));
  CB_TRY(uint64_t top, sys::mount_id(root.get()));
  if (there == top) return sys_fail(EINVAL, "{}", path);
  if (!call.valid()) return bare_fail(ESRCH);
  if (::fchdir(target.get()) < 0 || ::umount2(".", MNT_DETACH | UMOUNT_NOFOLLOW) < 0) return sys_fail(errno, "{}", path);
  return {};
}

}  // namespace cellblock::kernel
