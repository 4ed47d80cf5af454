#include "common/features.hpp"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <functional>

#include "base/fd.hpp"
#include "base/text.hpp"
#include "bpf/addresses.hpp"
#include "common/run.hpp"

namespace cellblock {
namespace {

// Numbers and structures that are younger than the C library's headers.
constexpr long call_open_tree = 428, call_fsopen = 430, call_fsconfig = 431, call_clone3 = 435, call_pidfd_open = 434,
               call_mount_setattr = 442, call_landlock_create_ruleset = 444;
constexpr unsigned fsconfig_set_fd = 5;
constexpr long pidfs_magic = 0x50494446;

Has when(bool holds) { return holds ? Has::yes : Has::no; }

// The answer to an operation that only root may try.
Has from_errno(long result, int error) {
  if (result >= 0) return Has::yes;
  return error == EPERM || error == EACCES ? Has::unknown : Has::no;
}

// In a child, because it changes the process for good. Status 0, 1 or 2 are yes, no, unknown.
Has in_child(const std::function<Has()>& probe) {
  pid_t pid = ::fork();
  if (pid < 0) return Has::unknown;
  if (pid == 0) ::_exit(static_cast<int>(probe()));
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? static_cast<Has>(WEXITSTATUS(status)) : Has::unknown;
}

std::string read_small(const char* path) {
  Fd file(::open(path, O_RDONLY | O_CLOEXEC));
  std::string text(65536, '\0');
  ssize_t size = file ? ::read(file.get(), text.data(), text.size()) : 0;
  text.resize(size < 0 ? 0 : static_cast<size_t>(size));
  return text;
}

// fsopen of `type` and one fsconfig that hands it a descriptor.
Has takes_descriptor(const char* type, const char* key, const char* path) {
  Fd context(static_cast<int>(::syscall(call_fsopen, type, 1)));
  if (!context) return from_errno(-1, errno);
  Fd value(::open(path, O_RDONLY | O_CLOEXEC));
  long result = ::syscall(call_fsconfig, context.get(), fsconfig_set_fd, key, nullptr, value.get());
  return from_errno(result, errno);
}

int module_folder_line(const std::string& name) {
  struct utsname names;
  ::uname(&names);
  std::string list = read_small(fmt::format("/lib/modules/{}/modules.builtin", names.release).c_str());
  return list.find("/" + name + ".ko") != list.npos;
}

}  // namespace

Has has_namespaces() {
  for (auto name : {"mnt", "pid", "net", "uts", "ipc", "user", "cgroup"})
    if (::access(fmt::format("/proc/self/ns/{}", name).c_str(), F_OK) != 0) return Has::no;
  return Has::yes;
}

Has has_user_namespaces() {
  auto limit = parse_int(trim(read_small("/proc/sys/user/max_user_namespaces")));
  if (!limit || *limit <= 0) return Has::no;
  return in_child([] { return from_errno(::unshare(CLONE_NEWUSER), errno); });
}

Has has_new_mount_calls() {
  Fd context(static_cast<int>(::syscall(call_fsopen, "tmpfs", 1)));
  return from_errno(context ? 0 : -1, errno);
}

// The descriptor is wrong on purpose: only a kernel that knows the request looks at it.
Has has_idmapped_mounts() {
  Fd tree(static_cast<int>(::syscall(call_open_tree, AT_FDCWD, "/", 1 | O_CLOEXEC)));
  if (!tree) return from_errno(-1, errno);
  struct {
    uint64_t set, clear, propagation, user_namespace;
  } request{0x100000, 0, 0, 1000000};
  long result = ::syscall(call_mount_setattr, tree.get(), "", AT_EMPTY_PATH, &request, sizeof request);
  return when(result < 0 && errno == EBADF);
}

Has has_cgroup2() { return when(read_small("/proc/self/mounts").find(" cgroup2 ") != std::string::npos); }

Has has_cgroup_kill() {
  struct utsname names;
  ::uname(&names);
  unsigned major = 0, minor = 0;
  ::sscanf(names.release, "%u.%u", &major, &minor);
  return when(major > 5 || (major == 5 && minor >= 14));
}

// A structure that is too large, but zero behind what the kernel knows, is accepted; a bad flag is not reached.
Has has_clone_into_cgroup() {
  uint64_t request[11] = {};
  request[0] = 0x200000000;  // CLONE_INTO_CGROUP
  request[10] = 1000000;     // no such descriptor
  long result = ::syscall(call_clone3, request, sizeof request);
  if (result == 0) ::_exit(0);
  return when(result < 0 && errno == EBADF);
}

Has has_seccomp_notify() {
  uint32_t action = SECCOMP_RET_USER_NOTIF;
  return when(::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0);
}

Has has_pidfs() {
  Fd self(static_cast<int>(::syscall(call_pidfd_open, ::getpid(), 0)));
  struct statfs status;
  return when(self && ::fstatfs(self.get(), &status) == 0 && status.f_type == pidfs_magic);
}

Has has_proc_pidns() { return takes_descriptor("proc", "pidns", "/proc/self/ns/pid"); }
Has has_overlay_descriptors() { return takes_descriptor("overlay", "lowerdir+", "/"); }

Has has_cgroup_bpf() {
  auto loaded = bpf::try_addresses();
  return loaded ? Has::yes : from_errno(-1, loaded.error().sys);
}

int landlock_abi() {
  long version = ::syscall(call_landlock_create_ruleset, nullptr, 0, 1);
  return version < 0 ? 0 : static_cast<int>(version);
}

Has has_file_system(const std::string& name) {
  auto is_listed = [&name] {
    for (const std::string& line : split(read_small("/proc/filesystems"), '\n'))
      if (line.substr(line.find('\t') + 1) == name) return true;
    return false;
  };
  if (is_listed()) return Has::yes;
  return when(load_module(name) && is_listed());
}

bool has_module(const std::string& name) {
  std::string normal = name;
  for (char& c : normal)
    if (c == '-') c = '_';
  return ::access(fmt::format("/sys/module/{}", normal).c_str(), F_OK) == 0 || module_folder_line(name);
}

Result<> load_module(const std::string& name) {
  if (has_module(name)) return {};
  auto loaded = run_for_output({"modprobe", "-q", "--", name});
  if (!loaded || loaded->status != 0) return sys_fail(ENOENT, "{}", name);
  return {};
}

}  // namespace cellblock
