#include "bpf/folder.hpp"

#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>

#include "sys/file.hpp"

namespace cellblock::bpf {
namespace {

constexpr const char* file_system = "/sys/fs/bpf";

Result<bool> is_mounted() {
  struct statfs status {};
  if (::statfs(file_system, &status) < 0) return sys_fail(errno, "{}", file_system);
  return static_cast<uint64_t>(status.f_type) == BPF_FS_MAGIC;
}

}  // namespace

Result<> check_folder() {
  struct stat status {};
  if (::lstat(folder, &status) < 0) return sys_fail(errno, "{}", folder);
  if (!S_ISDIR(status.st_mode) || status.st_uid != 0 || (status.st_mode & 022)) return fail(Why::denied, "{} is not root's alone", folder);
  return {};
}

Result<> make_folder() {
  CB_TRY(bool mounted, is_mounted());
  if (!mounted) return fail(Why::unsupported, "{}: no file system of type bpf", file_system);
  CB_CHECK(sys::make_directory(AT_FDCWD, folder, 0700));
  return check_folder();
}

Result<> mount_folder() {
  CB_TRY(bool mounted, is_mounted());
  if (!mounted && ::mount("bpf", file_system, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=700") < 0)
    return sys_fail(errno, "mounting {}", file_system);
  return make_folder();
}

}  // namespace cellblock::bpf
