// Mounts and namespaces, by every system call that makes one.
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "probe.hpp"

namespace probe {
namespace {

std::string mount_type(const char* type) { return outcome(::mount("none", "/mnt", type, 0, nullptr)); }

std::string open_tree_clone() {
  return outcome(::syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE | AT_RECURSIVE));
}
std::string open_tree_attr() { return outcome(::syscall(467, AT_FDCWD, "/", OPEN_TREE_CLONE, nullptr, 0)); }
std::string set_attributes() {
  char attributes[32] = {};
  return outcome(::syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, attributes, sizeof attributes));
}

/// clone(2) as fork with one more flag.
std::string clone_with(unsigned long flag) {
  long pid = ::syscall(SYS_clone, flag | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) ::_exit(0);
  return outcome(pid);
}
std::string clone3_with(unsigned long flag) {
  struct clone_args args {};
  args.flags = flag;
  args.exit_signal = SIGCHLD;
  long pid = ::syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) ::_exit(0);
  return outcome(pid);
}
std::string unshare_with(int flag) { return outcome(::unshare(flag)); }

/// setns(2) by a file of process 1 of the jail; the file alone may be out of reach already.
std::string enter(const char* path, int type) {
  int file = ::open(path, O_RDONLY);
  if (file < 0) return "open:" + errno_name(errno);
  return outcome(::setns(file, type));
}
std::string enter_process() {
  int process = static_cast<int>(::syscall(SYS_pidfd_open, 1, 0));
  return outcome(::setns(process, CLONE_NEWNS));
}

std::string by_handle() {
  unsigned handle[] = {8, 1, 2, 0};  // ext4: eight bytes, an inode, the root directory
  int root = ::open("/", O_RDONLY);
  return outcome(::open_by_handle_at(root, reinterpret_cast<file_handle*>(handle), O_RDONLY));
}

/// A user namespace of one's own gives every capability: the way to mount, unless it is shut.
std::string user_namespace_then_mount() {
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) return "unshare:" + errno_name(errno);
  return outcome(::mount("none", "/mnt", "tmpfs", 0, nullptr));
}

constexpr Probe table[] = {
    {"mount_tmpfs", [] { return mount_type("tmpfs"); }},
    {"mount_proc", [] { return mount_type("proc"); }},
    {"mount_sysfs", [] { return mount_type("sysfs"); }},
    {"mount_cgroup", [] { return mount_type("cgroup"); }},
    {"mount_cgroup2", [] { return mount_type("cgroup2"); }},
    {"mount_devpts", [] { return mount_type("devpts"); }},
    {"mount_overlay", [] { return mount_type("overlay"); }},
    {"mount_bind", [] { return outcome(::mount("/", "/mnt", nullptr, MS_BIND, nullptr)); }},
    {"mount_move", [] { return outcome(::mount("/proc", "/mnt", nullptr, MS_MOVE, nullptr)); }},
    {"mount_remount", [] { return outcome(::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND, nullptr)); }},
    {"mount_dev_writable", [] { return outcome(::mount(nullptr, "/dev", nullptr, MS_REMOUNT | MS_BIND, nullptr)); }},
    {"mount_shared", [] { return outcome(::mount(nullptr, "/", nullptr, MS_SHARED, nullptr)); }},
    {"umount_proc", [] { return outcome(::umount2("/proc", MNT_DETACH)); }},
    {"umount_root", [] { return outcome(::umount2("/", MNT_DETACH)); }},
    {"pivot_root", [] { return outcome(::syscall(SYS_pivot_root, ".", ".")); }},
    {"fsopen", [] { return outcome(::syscall(SYS_fsopen, "tmpfs", 0)); }},
    {"fsconfig", [] { return outcome(::syscall(SYS_fsconfig, -1, 6, 0, 0, 0)); }},
    {"fsmount", [] { return outcome(::syscall(SYS_fsmount, -1, 0, 0)); }},
    {"fspick", [] { return outcome(::syscall(SYS_fspick, AT_FDCWD, "/", 0)); }},
    {"open_tree", open_tree_clone},
    {"open_tree_attr", open_tree_attr},
    {"move_mount", [] { return outcome(::syscall(SYS_move_mount, AT_FDCWD, "/", AT_FDCWD, "/mnt", 0)); }},
    {"mount_setattr", set_attributes},
    {"open_by_handle_at", by_handle},
    {"unshare_mount", [] { return unshare_with(CLONE_NEWNS); }},
    {"unshare_user", [] { return unshare_with(CLONE_NEWUSER); }},
    {"unshare_pid", [] { return unshare_with(CLONE_NEWPID); }},
    {"unshare_net", [] { return unshare_with(CLONE_NEWNET); }},
    {"unshare_ipc", [] { return unshare_with(CLONE_NEWIPC); }},
    {"unshare_uts", [] { return unshare_with(CLONE_NEWUTS); }},
    {"unshare_cgroup", [] { return unshare_with(CLONE_NEWCGROUP); }},
    {"unshare_time", [] { return unshare_with(0x80); }},
    {"unshare_files", [] { return unshare_with(CLONE_FILES); }},
    {"clone_mount", [] { return clone_with(CLONE_NEWNS); }},
    {"clone_user", [] { return clone_with(CLONE_NEWUSER); }},
    {"clone_pid", [] { return clone_with(CLONE_NEWPID); }},
    {"clone_net", [] { return clone_with(CLONE_NEWNET); }},
    {"clone_cgroup", [] { return clone_with(CLONE_NEWCGROUP); }},
    {"clone_high_bits", [] { return clone_with(CLONE_NEWUSER | (1ul << 40)); }},
    {"clone3_plain", [] { return clone3_with(0); }},
    {"clone3_user", [] { return clone3_with(CLONE_NEWUSER); }},
    {"setns_mount", [] { return enter("/proc/self/ns/mnt", CLONE_NEWNS); }},
    {"setns_keeper_mount", [] { return enter("/proc/1/ns/mnt", CLONE_NEWNS); }},
    {"setns_keeper_net", [] { return enter("/proc/1/ns/net", 0); }},
    {"setns_process", enter_process},
    {"user_namespace_then_mount", user_namespace_then_mount},
};

}  // namespace

std::span<const Probe> mounts() { return table; }

}  // namespace probe
