// Mounts below a jail's root, made on the host before the jail exists and undone after it is gone.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace cellblock::port {

/// One mount as fstab(5) describes it, with BSD's or Linux' type names.
struct MountRequest {
  std::string source;
  std::string target;  ///< absolute, on the host
  std::string type;    ///< nullfs, tmpfs, procfs, devfs, fdescfs, linprocfs, linsysfs, unionfs, or Linux' own
  std::vector<std::string> options;
  std::string root;    ///< the jail's path; below it no symbolic link is followed. Empty outside a jail.
};

class Mounts {
 public:
  virtual ~Mounts() = default;
  /// Errors: `PATH is a symbolic link`, `PATH: No such file or directory`, the kernel's own.
  virtual Result<> mount(const MountRequest& request) = 0;
  /// Undoes it; already gone is success.
  virtual Result<> unmount(const MountRequest& request) = 0;
};

}  // namespace cellblock::port
