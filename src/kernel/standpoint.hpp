// The caller's view of paths, for who acts on its behalf.
#pragma once

#include <string>

#include "kernel/notification.hpp"

namespace cellblock::kernel {

/// Where the caller stands: its mounts, root and working directory. A path means there what it means to the caller,
/// and leads out of its root no more than the caller itself gets out.
class Standpoint {
 public:
  static Result<Standpoint> of(const Notification& call);

  /// For good: a process that serves one call needs no way back.
  Result<> enter() const;

  /// After enter(): O_PATH of the caller's `path`, never through a magic link of /proc.
  Result<Fd> open(const std::string& path, int more_flags = 0) const;
  /// After enter(): makes number_path() a path from the working directory, whatever /proc is mounted here.
  Result<> go_to_descriptors() const;
  static std::string number_path(const Fd& fd) { return std::to_string(fd.get()); }

 private:
  Fd mounts_, root_, directory_, descriptors_;
};

}  // namespace cellblock::kernel
