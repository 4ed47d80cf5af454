// mount(2) and umount2(2) on a jail's behalf: allow.mount and allow.mount.TYPE, paths resolved within its root.

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
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

/// With the host's user ids nothing but the covers of kernel/confine.cc keeps root in the jail from writing what is
/// the machine's in a proc. No proc without them is laid in such a jail, and none is taken apart.
bool needs_covers(const Jail& jail) { return jail.runtime.uid_base == 0; }

Result<bool> is_proc(int fd) {
  struct statfs status {};
  if (::fstatfs(fd, &status) < 0) return bare_fail(errno);
  return status.f_type == PROC_SUPER_MAGIC;
}

/// Another mount of the jail's own /proc, with its covers.
Result<sys::Tree> covered_proc(const Inside& inside) {
  CB_TRY(Fd proc, inside.open("/proc"));
  CB_TRY(uint64_t there, sys::mount_id(proc.get()));
  CB_TRY(Fd root, inside.open("/"));
  CB_TRY(uint64_t top, sys::mount_id(root.get()));
  CB_TRY(bool is_one, is_proc(proc.get()));
  if (!is_one || there == top) return bare_fail(EPERM);
  return sys::Tree::clone(proc.get(), true);
}

Result<sys::Tree> bound(const Jail& jail, const Inside& inside, const std::string& path) {
  CB_TRY(Fd source, inside.open(path));
  CB_TRY(bool proc, is_proc(source.get()));
  if (proc && needs_covers(jail)) return bare_fail(EPERM);  // the covers would stay behind
  return sys::Tree::clone(source.get(), false);
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
  bool proc = kind->allow == Allow::mount_procfs || kind->allow == Allow::mount_linprocfs;
  bool copy = proc && needs_covers(jail);
  sys::Tree tree;
  if (!bind && !copy) {
    CB_TRY(tree, new_tree(jail, kind->allow, kind->allow == Allow::mount_tmpfs ? wanted.data : std::string()));
  }
  CB_TRY(Inside inside, Inside::of(call.pid()));
  CB_TRY(Fd target, inside.open(wanted.target));
  if (bind) {
    CB_TRY(tree, bound(jail, inside, wanted.source));
  } else if (copy) {
    CB_TRY(tree, covered_proc(inside));
  }
  if (uint64_t attributes = wanted.flags & kept_flags) CB_CHECK(tree.change(attributes));
  if (!call.valid()) return bare_fail(ESRCH);
  return tree.attach(target.get());
}

namespace {

/// Whether the mount at `path` (in the jail) is one that the jail was started with, or belongs to one.
Result<bool> is_started_with(const Jail& jail, const std::vector<sys::MountEntry>& of_host, const std::string& path, int target) {
  for (const char* own : {"/dev", "/proc", "/sys"})
    if (path == own || path.starts_with(std::string(own) + "/")) return true;
  std::string outside = (jail.prison.path == "/" ? "" : jail.prison.path) + path;
  for (const sys::MountEntry& entry : of_host)
    if (entry.target == outside) return true;
  CB_TRY(Fd around, sys::open_at(target, "..", O_PATH | O_DIRECTORY));
  return is_proc(around.get());  // a cover
}

}  // namespace

/// A jail may undo what lies inside its root, but neither the root nor what it was started with.
Result<> serve_umount(const Notification& call, const Jail& jail) {
  if (!call.is_native()) return bare_fail(ENOSYS);
  if (!model::allowed(jail.prison.allow, Allow::mount) || !call.by_root_of(jail)) return bare_fail(EPERM);
  CB_TRY(std::string path, call.read_string(call.argument(0)));
  CB_TRY(std::vector<sys::MountEntry> of_host, sys::mount_table());
  CB_TRY(Inside inside, Inside::of(call.pid()));
  CB_TRY(Fd target, inside.open(path));
  CB_TRY(Fd root, inside.open("/"));
  CB_TRY(uint64_t there, sys::mount_id(target.get()));
  CB_TRY(uint64_t top, sys::mount_id(root.get()));
  if (there == top) return sys_fail(EINVAL, "{}", path);
  // By the kernel's name for it, whatever the caller's was.
  char real[PATH_MAX];
  if (::fchdir(target.get()) < 0 || ::syscall(SYS_getcwd, real, sizeof real) < 0) return sys_fail(errno, "{}", path);
  CB_TRY(bool started, is_started_with(jail, of_host, real, target.get()));
  if (started || real[0] != '/') return sys_fail(EPERM, "{}", path);
  if (!call.valid()) return bare_fail(ESRCH);
  if (::umount2(".", MNT_DETACH | UMOUNT_NOFOLLOW) < 0) return sys_fail(errno, "{}", path);
  return {};
}

}  // namespace cellblock::kernel
