// Paths that lead out: roots above roots, /proc, /sys, devices, other programs' images.
#include <dirent.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "probe.hpp"

namespace probe {

std::string opens(const char* path, int flags) { return outcome(::open(path, flags | O_CLOEXEC | O_NOCTTY)); }

namespace {

bool same_place(const char* a, const struct stat& b) {
  struct stat status {};
  return ::stat(a, &status) == 0 && status.st_dev == b.st_dev && status.st_ino == b.st_ino;
}

/// The classical one: chroot below an open directory, climb, chroot there. "contained": it ends in the same root.
std::string double_chroot() {
  struct stat root {};
  ::stat("/", &root);
  int top = ::open("/", O_RDONLY | O_DIRECTORY);
  ::mkdir("/tmp/deeper", 0755);
  if (::chroot("/tmp/deeper") < 0) return errno_name(errno);
  if (::fchdir(top) < 0) return errno_name(errno);
  for (int i = 0; i < 100; ++i) (void)!::chdir("..");
  if (::chroot(".") < 0) return errno_name(errno);
  return same_place("/", root) ? "contained" : "ESCAPED";
}

/// /proc/1 is the jail's process 1; its root and directory must be the jail's or closed.
std::string through_keeper(const char* path) {
  struct stat root {};
  ::stat("/", &root);
  if (::chdir(path) < 0) return errno_name(errno);
  for (int i = 0; i < 100; ++i) (void)!::chdir("..");
  return same_place(".", root) ? "contained" : "ESCAPED";
}

std::string makes_node(mode_t type, unsigned major, unsigned minor) {
  ::unlink("/tmp/node");
  return outcome(::mknod("/tmp/node", type | 0600, makedev(major, minor)));
}

/// What belongs to the jail's own namespaces, or (pressure) only to the descriptor that it is written to.
bool is_the_jails(const std::string& path) {
  for (const char* start : {"/proc/sys/fs/mqueue/", "/proc/sys/kernel/auto_msgmni", "/proc/sys/kernel/msg",
                            "/proc/sys/kernel/ns_last_pid", "/proc/sys/kernel/pid_max", "/proc/sys/kernel/sem",
                            "/proc/sys/kernel/shm", "/proc/sys/user/", "/proc/pressure/"})
    if (path.starts_with(start)) return true;
  return false;
}

/// Files of `top` that root in the jail can open for writing, those of processes left out.
void list_writable(const std::string& top, std::string& found, int depth) {
  std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(top.c_str()), ::closedir);
  if (!dir || depth > 12) return;
  while (const dirent* entry = ::readdir(dir.get())) {
    std::string name = entry->d_name, path = top + "/" + name;
    if (is_the_jails(path)) continue;
    bool process = top == "/proc" && (::isdigit(name[0]) || name == "self" || name == "thread-self");
    if (name == "." || name == ".." || process || path == "/proc/net") continue;
    if (entry->d_type == DT_DIR) list_writable(path, found, depth + 1);
    if (entry->d_type != DT_REG) continue;
    int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) continue;
    struct stat status {};
    bool has_writer = ::fstat(file, &status) == 0 && (status.st_mode & 0222) && S_ISREG(status.st_mode);
    ::close(file);
    if (!has_writer) continue;  // root may open what no one can write
    found += (found.empty() ? "" : " ") + path;
  }
}
std::string writable_below(const char* top) {
  std::string found;
  list_writable(top, found, 0);
  return found.empty() ? "none" : found.substr(0, 2000);
}

std::string terminal(unsigned long request) {
  int pair = ::open("/dev/ptmx", O_RDWR | O_NOCTTY);
  if (pair < 0) return "open:" + errno_name(errno);
  char byte = 2;
  return outcome(::ioctl(pair, request, &byte));
}
/// The kernel looks at the low half of the number only.
std::string terminal_high() { return terminal(TIOCSTI | 1ul << 32); }

/// Every other image in sight must refuse writing: it may be the host's.
std::string writes_images() {
  std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir("/proc"), ::closedir);
  if (!dir) return errno_name(errno);
  while (const dirent* entry = ::readdir(dir.get())) {
    if (!::isdigit(entry->d_name[0]) || ::atoi(entry->d_name) == ::getpid()) continue;
    std::string path = std::string("/proc/") + entry->d_name + "/exe";
    if (::open(path.c_str(), O_WRONLY) >= 0) return "OPENED " + path;
  }
  return "none";
}

/// "hidden": what stands there is /dev/null.
std::string reads(const char* path) {
  struct stat status {};
  if (::stat(path, &status) == 0 && status.st_rdev == makedev(1, 3)) return "hidden";
  return opens(path, O_RDONLY | O_NONBLOCK);
}

constexpr Probe table[] = {
    {"double_chroot", double_chroot},
    {"keeper_root", [] { return through_keeper("/proc/1/root"); }},
    {"keeper_cwd", [] { return through_keeper("/proc/1/cwd"); }},
    {"keeper_exe_read", [] { return opens("/proc/1/exe", O_RDONLY); }},
    {"keeper_exe_write", [] { return opens("/proc/1/exe", O_WRONLY); }},
    {"keeper_mem", [] { return opens("/proc/1/mem", O_RDWR); }},
    {"keeper_environ", [] { return opens("/proc/1/environ", O_RDONLY); }},
    {"images_writable", writes_images},
    {"proc_writable", [] { return writable_below("/proc"); }},
    {"sys_writable", [] { return writable_below("/sys"); }},
    {"sysrq", [] { return opens("/proc/sysrq-trigger", O_WRONLY); }},
    {"core_pattern", [] { return opens("/proc/sys/kernel/core_pattern", O_WRONLY); }},
    {"panic", [] { return opens("/proc/sys/kernel/panic", O_WRONLY); }},
    {"modprobe", [] { return opens("/proc/sys/kernel/modprobe", O_WRONLY); }},
    {"binfmt_misc", [] { return opens("/proc/sys/fs/binfmt_misc/register", O_WRONLY); }},
    {"uevent_helper", [] { return opens("/sys/kernel/uevent_helper", O_WRONLY); }},
    {"power_state", [] { return opens("/sys/power/state", O_WRONLY); }},
    {"release_agent", [] { return opens("/sys/fs/cgroup/release_agent", O_WRONLY); }},
    {"cgroup_directory", [] { return opens("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY); }},
    {"kcore", [] { return reads("/proc/kcore"); }},
    {"proc_kmsg", [] { return reads("/proc/kmsg"); }},
    {"proc_keys", [] { return reads("/proc/keys"); }},
    {"kpageflags", [] { return reads("/proc/kpageflags"); }},
    {"timer_list", [] { return reads("/proc/timer_list"); }},
    {"dev_kmsg", [] { return opens("/dev/kmsg", O_RDWR); }},
    {"dev_mem", [] { return opens("/dev/mem", O_RDWR); }},
    {"dev_kvm", [] { return opens("/dev/kvm", O_RDWR); }},
    {"dev_tun", [] { return opens("/dev/net/tun", O_RDWR); }},
    {"dev_null", [] { return opens("/dev/null", O_RDWR); }},
    {"dev_create", [] { return outcome(::open("/dev/new", O_CREAT | O_RDWR, 0600)); }},
    {"dev_unlink", [] { return outcome(::unlink("/dev/null")); }},
    {"dev_chown", [] { return outcome(::chown("/dev/null", 1, 1)); }},
    {"dev_mknod", [] { return outcome(::mknod("/dev/kmem", S_IFCHR | 0600, makedev(1, 2))); }},
    {"mknod_mem", [] { return makes_node(S_IFCHR, 1, 1); }},
    {"mknod_null", [] { return makes_node(S_IFCHR, 1, 3); }},
    {"mknod_disk", [] { return makes_node(S_IFBLK, 8, 0); }},
    {"mknod_fifo", [] { return makes_node(S_IFIFO, 0, 0); }},
    {"tiocsti", [] { return terminal(TIOCSTI); }},
    {"tiocsti_high_bits", terminal_high},
    {"tioclinux", [] { return terminal(TIOCLINUX); }},
    {"tioccons", [] { return terminal(TIOCCONS); }},
};

}  // namespace

std::span<const Probe> files() { return table; }

}  // namespace probe
