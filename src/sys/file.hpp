// Files and directories by descriptor. One verb per function; errno is read here and nowhere else.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::sys {

Result<Fd> open_at(int dir, const char* path, int flags, mode_t mode = 0);
inline Result<Fd> open(const std::string& path, int flags, mode_t mode = 0) {
  return open_at(AT_FDCWD, path.c_str(), flags, mode);
}
/// Opens a path that is known to be real (realpath(3)): a symbolic link in it has been put there since, by someone
/// who wants another file opened.
Result<Fd> open_real(const std::string& path, int flags);
/// openat2(2) with RESOLVE_* flags: what a jail may have put in the path can't lead out of `dir`.
Result<Fd> open_resolved(int dir, const char* path, int flags, uint64_t resolve);

Result<std::string> read_all(int fd, size_t limit = 64u << 20);
Result<std::string> read_file_at(int dir, const char* path, size_t limit = 64u << 20);
inline Result<std::string> read_file(const std::string& path, size_t limit = 64u << 20) {
  return read_file_at(AT_FDCWD, path.c_str(), limit);
}
/// Writes all of `text`, or fails.
Result<> write_all(int fd, std::string_view text);
/// Writes `text` aside and renames it to `path`: a reader sees the old file or the new one, and a failure leaves the
/// old one. Owner and permissions are those of the old file, or this process' own and 0644.
Result<> replace_file(const std::string& path, std::string_view text);
/// Opens an existing file and writes `text` in one write(2), as sysfs, procfs and cgroupfs want it.
Result<> write_at(int dir, const char* path, std::string_view text);

/// Opens the file, made where it is missing, and waits for its exclusive flock(2), held as long as the descriptor.
Result<Fd> take_lock(int dir, const char* path);

/// EEXIST is success.
Result<> make_directory(int dir, const char* path, mode_t mode);
/// ENOENT is success.
Result<> remove_directory(int dir, const char* path);

/// Names of the directories in the open directory `dir`; none where it can't be read.
std::vector<std::string> directories_in(int dir);

/// The path that a descriptor stands for, symbolic links resolved.
Result<std::string> path_of(int fd);

Result<struct stat> status_of(int fd);

}  // namespace cellblock::sys
