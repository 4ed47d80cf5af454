#include "kernel/home.hpp"

#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "keeper/image.hpp"
#include "kernel/faults.hpp"
#include "sys/compat.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

/// Whether `dir` is a mount of its own rather than a directory of /run.
bool is_mount_of_its_own(int dir) {
  struct stat inner {}, outer {};
  return ::fstat(dir, &inner) == 0 && ::fstatat(dir, "..", &outer, 0) == 0 && inner.st_dev != outer.st_dev;
}

/// What sysctl(8) and devfs(8) may have written before the first jail.
constexpr const char* earlier_files[] = {"sysctl", "devfs.rules"};

/// Mounts the tmpfs, privately: the namespace pinned below must not propagate anywhere.
Result<> mount_home() {
  CB_TRY(sys::Tree tree, sys::Tree::create("tmpfs", {{"mode", "0700"}, {"size", "256m"}, {"source", "cellblock"}},
                                           MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
  for (const char* name : earlier_files) {
    auto text = sys::read_file(std::string(home_path) + "/" + name);
    if (!text) continue;
    CB_TRY(Fd copy, sys::open_at(tree.fd(), name, O_WRONLY | O_CREAT, 0644));
    CB_CHECK(sys::write_all(copy.get(), *text));
  }
  CB_CHECK(faults::step("home"));
  CB_CHECK(tree.attach(home_path));
  faults::passed("home attached");
  if (::mount(nullptr, home_path, nullptr, MS_PRIVATE, nullptr) < 0) return sys_fail(errno, "{}", home_path);
  return {};
}

/// Runs in a child: turns its mount namespace into the spawner. 0, or the errno of what failed.
int become_spawner() {
  if (::unshare(CLONE_NEWNS) < 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0) return errno;
  auto tree = sys::Tree::create("tmpfs", {{"mode", "0555"}, {"size", "16k"}, {"source", "cellblock-spawner"}},
                                MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  if (!tree) return tree.error().sys;
  for (auto [name, image] : {std::pair("keeper", keeper::image()), std::pair("usher", keeper::usher_image())}) {
    // Not readable: the kernel then lets no one in a jail trace its keeper, which runs without a filter.
    auto file = sys::open_at(tree->fd(), name, O_WRONLY | O_CREAT | O_EXCL, 0111);
    if (!file) return file.error().sys;
    if (auto written = sys::write_all(file->get(), image); !written) return written.error().sys;
  }
  if (auto read_only = tree->change(MOUNT_ATTR_RDONLY); !read_only) return read_only.error().sys;
  if (auto attached = tree->attach("/"); !attached) return attached.error().sys;
  if (::fchdir(tree->fd()) < 0 || ::syscall(SYS_pivot_root, ".", ".") < 0 || ::umount2(".", MNT_DETACH) < 0)
    return errno;
  return 0;
}

int become_nonet() { return ::unshare(CLONE_NEWNET) < 0 ? errno : 0; }

/// A namespace to pin: its file in the home directory, its name in /proc/PID/ns, and what makes it in a child.
struct Pinned {
  const char* file;
  const char* kind;
  int (*become)();
};
constexpr Pinned spawner_namespace{"spawner", "mnt", become_spawner};
constexpr Pinned nonet_namespace{"nonet", "net", become_nonet};
constexpr Pinned cables_namespace{"cables", "net", become_nonet};

/// Binds the namespace of process `pid` to its file.
Result<> pin_namespace(const Pinned& pinned, pid_t pid, int home) {
  CB_TRY(Fd file, sys::open_at(home, pinned.file, O_WRONLY | O_CREAT, 0600));
  CB_CHECK(faults::step("pin"));
  std::string source = fmt::format("/proc/{}/ns/{}", pid, pinned.kind);
  std::string target = fmt::format("/proc/self/fd/{}", file.get());
  if (::mount(source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) < 0)
    return sys_fail(errno, "pinning namespace {}", pinned.file);
  faults::passed("pinned");
  return {};
}

constexpr int any_processor = -1;

void move_to(int processor) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<size_t>(processor), &one);
  ::sched_setaffinity(0, sizeof one, &one);
}

Result<> make_namespace_on(int processor, const Pinned& pinned, int home) {
  int ready[2], over[2];
  if (::pipe2(ready, O_CLOEXEC) < 0 || ::pipe2(over, O_CLOEXEC) < 0) return sys_fail(errno, "pipe");
  Fd ready_read(ready[0]), ready_write(ready[1]), done_read(over[0]), done_write(over[1]);
  pid_t child = ::fork();
  if (child < 0) return sys_fail(errno, "fork");
  if (child == 0) {
    done_write.reset();
    if (processor != any_processor) move_to(processor);
    int error = pinned.become();
    char byte;
    (void)!::write(ready_write.get(), &error, sizeof error);
    (void)!::read(done_read.get(), &byte, 1);
    ::_exit(0);
  }
  int error = EPIPE;
  ready_write.reset();
  (void)!::read(ready_read.get(), &error, sizeof error);
  Result<> done = error ? sys_fail(error, "making namespace {}", pinned.file) : pin_namespace(pinned, child, home);
  done_write.reset();
  ::waitpid(child, nullptr, 0);
  return done;
}

/// A mount namespace can only be bound by one with a lower number (EINVAL otherwise), and Linux 6.18 hands numbers
/// out in batches per processor. On the processor that numbered the caller's own every later one is higher; which
/// that was can't be known, so each is tried.
Result<> make_namespace(const Pinned& pinned, int home) {
  auto made = make_namespace_on(any_processor, pinned, home);
  long processors = std::min(::sysconf(_SC_NPROCESSORS_CONF), long{CPU_SETSIZE});
  for (int processor = 0; processor < processors && !made && made.error().sys == EINVAL; ++processor)
    made = make_namespace_on(processor, pinned, home);
  return made;
}

/// A file of root's: whoever can open a file can hold a lock on it for good, and /run is open to all.
constexpr const char* making_lock = "/run/cellblock.lock";

Result<Fd> lock_making() {
  CB_CHECK(sys::make_directory(AT_FDCWD, "/run", 0755));
  CB_CHECK(sys::make_directory(AT_FDCWD, home_path, 0700));
  return sys::take_lock(AT_FDCWD, making_lock);
}

/// Opens it, made where it is missing.
Result<Fd> open_pinned(const Pinned& pinned, int home) {
  auto is_namespace = [](const Fd& fd) {
    struct statfs status {};
    return ::fstatfs(fd.get(), &status) == 0 && status.f_type == NSFS_MAGIC;
  };
  auto there = sys::open_at(home, pinned.file, O_RDONLY);
  if (there && is_namespace(*there)) return there;
  CB_TRY(Fd lock, lock_making());
  there = sys::open_at(home, pinned.file, O_RDONLY);
  if (there && is_namespace(*there)) return there;
  CB_CHECK(make_namespace(pinned, home));
  return sys::open_at(home, pinned.file, O_RDONLY);
}

}  // namespace

Result<Home> Home::open(bool create) {
  auto dir = sys::open(home_path, O_RDONLY | O_DIRECTORY);
  if (dir && is_mount_of_its_own(dir->get())) return Home(std::move(*dir));
  if (dir && !create) return sys_fail(ENOENT, "{}", home_path);
  if (!dir && dir.error().sys == EACCES && ::geteuid() != 0)
    return sys_fail(EACCES, "only root can see and change jails: {}", home_path);
  if (!dir && (!create || dir.error().why != Why::absent)) return pass(dir.error());
  CB_TRY(Fd lock, lock_making());
  CB_TRY(Fd made, sys::open(home_path, O_RDONLY | O_DIRECTORY));
  if (!is_mount_of_its_own(made.get())) {
    CB_CHECK(mount_home());
    CB_TRY(made, sys::open(home_path, O_RDONLY | O_DIRECTORY));
  }
  return Home(std::move(made));
}

Result<Fd> Home::spawner() const { return open_pinned(spawner_namespace, fd()); }

Result<Fd> Home::nonet() const { return open_pinned(nonet_namespace, fd()); }

Result<Fd> Home::cables() const { return open_pinned(cables_namespace, fd()); }

}  // namespace cellblock::kernel
