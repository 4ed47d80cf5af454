#include "sys/file.hpp"

#include <dirent.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <cstdio>
#include <climits>

#include "sys/compat.hpp"

namespace cellblock::sys {

Result<Fd> open_at(int dir, const char* path, int flags, mode_t mode) {
  Fd fd(::openat(dir, path, flags | O_CLOEXEC, mode));
  if (!fd) return sys_fail(errno, "{}", path);
  return fd;
}

Result<Fd> open_resolved(int dir, const char* path, int flags, uint64_t resolve) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.resolve = resolve;
  Fd fd(openat2(dir, path, how));
  if (!fd && errno == ENOSYS) return sys_fail(errno, "openat2");
  if (!fd) return sys_fail(errno, "{}", path);
  return fd;
}

Result<Fd> open_real(const std::string& path, int flags) {
  return open_resolved(AT_FDCWD, path.c_str(), flags, RESOLVE_NO_SYMLINKS);
}

Result<std::string> read_all(int fd, size_t limit) {
  std::string text;
  size_t used = 0;
  for (;;) {
    ssize_t got = 0;
    // Not resize(): it would fill with zeroes first what is read over them.
    text.resize_and_overwrite(std::max<size_t>(2 * used, used + 4096), [&](char* data, size_t size) {
      got = ::read(fd, data + used, size - used);
      if (got > 0) used += static_cast<size_t>(got);
      return used;
    });
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return sys_fail(errno, "read");
    if (used > limit) return sys_fail(EFBIG, "read");
    if (got == 0) return text;
  }
}

Result<std::string> read_file_at(int dir, const char* path, size_t limit) {
  CB_TRY(Fd fd, open_at(dir, path, O_RDONLY));
  auto text = read_all(fd.get(), limit);
  if (!text) return sys_fail(text.error().sys, "{}", path);
  return text;
}

Result<> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return sys_fail(errno, "write");
    text.remove_prefix(static_cast<size_t>(put));
  }
  return {};
}

Result<> write_at(int dir, const char* path, std::string_view text) {
  CB_TRY(Fd fd, open_at(dir, path, O_WRONLY));
  if (::write(fd.get(), text.data(), text.size()) < 0) return sys_fail(errno, "write {}", path);
  return {};
}

Result<> replace_file(const std::string& path, std::string_view text) {
  struct stat old {};
  bool is_old = ::stat(path.c_str(), &old) == 0;
  std::string aside = fmt::format("{}.{}", path, ::getpid());
  ::unlink(aside.c_str());  // of one that was killed and had the same pid
  CB_TRY(Fd made, open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644), "{}", path);
  bool kept = !is_old || (::fchmod(made.get(), old.st_mode & 07777) == 0 &&
                          ::fchown(made.get(), old.st_uid, old.st_gid) == 0);
  Result<> written = kept ? write_all(made.get(), text) : sys_fail(errno, "{}", aside);
  if (written && ::rename(aside.c_str(), path.c_str()) < 0) written = sys_fail(errno, "{}", path);
  if (!written) ::unlink(aside.c_str());
  return written;
}

Result<Fd> take_lock(int dir, const char* path) {
  CB_TRY(Fd lock, open_at(dir, path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  while (::flock(lock.get(), LOCK_EX) < 0)
    if (errno != EINTR) return sys_fail(errno, "flock {}", path);
  return lock;
}

Result<> make_directory(int dir, const char* path, mode_t mode) {
  if (::mkdirat(dir, path, mode) < 0 && errno != EEXIST) return sys_fail(errno, "mkdir {}", path);
  return {};
}

std::vector<std::string> directories_in(int dir) {
  std::vector<std::string> names;
  Fd copy(::openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!copy) return names;
  std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy.get()), ::closedir);
  if (!stream) return names;
  copy.release();
  while (const dirent* entry = ::readdir(stream.get()))
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  return names;
}

Result<> remove_directory(int dir, const char* path) {
  if (::unlinkat(dir, path, AT_REMOVEDIR) < 0 && errno != ENOENT) return sys_fail(errno, "rmdir {}", path);
  return {};
}

Result<std::string> path_of(int fd) {
  char target[PATH_MAX];
  ssize_t length = ::readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), target, sizeof target);
  if (length < 0) return sys_fail(errno, "/proc/self/fd/{}", fd);
  return std::string(target, static_cast<size_t>(length));
}

Result<struct stat> status_of(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) < 0) return sys_fail(errno, "fstat");
  return status;
}

}  // namespace cellblock::sys
