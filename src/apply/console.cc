#include "apply/console.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>

#include "apply/path_check.hpp"

namespace cellblock::apply {
namespace {

constexpr int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY;
constexpr mode_t mode = 0666;

/// openat2(2) below a directory; without it (a filter may answer ENOSYS) openat(2) of a checked path.
int open_below(int root, const char* rest) {
  open_how how{};
  how.flags = flags | O_NONBLOCK;
  how.mode = mode;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  long fd = ::syscall(SYS_openat2, root, rest, &how, sizeof how);
  if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) return static_cast<int>(fd);
  return ::openat(root, rest, flags | O_NONBLOCK | O_NOFOLLOW, mode);
}

Result<Fd> open_in_jail(const std::string& root, const std::string& rest) {
  Fd directory(::open(root.empty() ? "/" : root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return sys_fail(errno, "{}", root);
  Fd file(open_below(directory.get(), rest.c_str()));
  if (!file) return sys_fail(errno, "{}", rest);
  // Programs expect a blocking descriptor; it was not one only for the open itself.
  if (::fcntl(file.get(), F_SETFL, O_APPEND) != 0) return sys_fail(errno, "{}", rest);
  return file;
}

}  // namespace

Result<Fd> open_console(const std::string& root, const std::string& path) {
  if (auto checked = check_path(root, path, Leaf::may_be_missing); !checked)
    return pass(std::move(checked.error()), "exec.consolelog");
  std::string rest = below(root, path);
  Result<Fd> file = open_in_jail(rest.empty() ? "" : root, rest.empty() ? path.substr(1) : rest);
  if (!file) return sys_fail(file.error().sys, "open {}", path);
  return file;
}

}  // namespace cellblock::apply
