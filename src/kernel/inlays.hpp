// The mounts that lie below a jail's root on the host: carried into the jail, replaced, or left out.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "kernel/birth.hpp"

namespace cellblock::kernel {

struct Found {
  std::vector<Inlay> inlays;  ///< outermost first
  bool proc = false;          ///< a proc file system lies at /proc: the jail gets its own there
  bool dev = false;           ///< a devfs lies at /dev: the jail gets its own there
};

/// Looks at the host's mounts below `path`. File systems that show the machine are never carried: proc and devfs
/// are replaced by the jail's own, sysfs becomes read-only, cgroup and the kernel's debugging ones are left out.
Result<Found> find_inlays(const std::string& path);

}  // namespace cellblock::kernel
