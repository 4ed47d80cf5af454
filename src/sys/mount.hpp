// Mounts as descriptors. A Tree is detached: dropping it needs no undo. Attaching hands it to a mount namespace.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::sys {

class Tree {
 public:
  Tree() = default;
  /// A copy of the mount at `fd` (a directory or file), alone or with all mounts below it.
  static Result<Tree> clone(int fd, bool recursive);

  /// A new file system: fsopen, fsconfig, fsmount. `attributes` are MOUNT_ATTR_*.
  using Options = std::vector<std::pair<std::string, std::string>>;  ///< value "" is a flag
  static Result<Tree> create(const char* type, const Options& options, uint64_t attributes);
  /// /proc of the pid namespace that process `pid` (its first) is in.
  static Result<Tree> proc_for(pid_t pid, const Options& options);
  /// A read-only /sys of the network namespace that the process is in.
  static Result<Tree> sysfs_for(int pidfd, const Options& options);

  /// Adds MOUNT_ATTR_* to this mount (`recursive`: and to those below); `user_namespace` >= 0 maps the ids of
  /// its files by that namespace.
  Result<> change(uint64_t attributes, int user_namespace = -1, bool recursive = false);

  /// move_mount(2) onto the directory or file `target`.
  Result<> attach(int target) const;
  /// move_mount(2) onto a path of the calling process.
  Result<> attach(const char* path) const;

  int fd() const { return fd_.get(); }
  Fd take() { return std::move(fd_); }
  explicit operator bool() const { return static_cast<bool>(fd_); }

 private:
  explicit Tree(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

/// One line of /proc/self/mountinfo.
struct MountEntry {
  uint64_t id = 0, parent = 0;
  std::string device;  ///< of its file system: "8:1"
  std::string root, target, type, source, options, super_options;
};
Result<std::vector<MountEntry>> mount_table();
/// For tests and fuzzers: the same from text.
std::vector<MountEntry> parse_mount_table(const std::string& mountinfo);

/// Id of the mount that `fd` lies in.
Result<uint64_t> mount_id(int fd);

/// From this on (Linux 6.8) a number is never given to another mount; below it, it may be once its mount is gone.
constexpr uint64_t first_lasting_mount_number = uint64_t{1} << 31;
/// Number of the mount that `fd` lies in; of a file system of a user program that is not for the caller, never a lasting
/// one. Needs no /proc.
Result<uint64_t> mount_number(int fd);

}  // namespace cellblock::sys
