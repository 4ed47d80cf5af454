// Mounts below a jail's root on the host, each written to the journal before it is made.
#pragma once

#include "kernel/registry.hpp"
#include "port/mounts.hpp"

namespace cellblock::kernel {

class HostMounts : public port::Mounts {
 public:
  Result<> mount(const port::MountRequest& request) override;
  Result<> unmount(const port::MountRequest& request) override;

 private:
  LateRegistry registry_;
};

/// One mount by FreeBSD's rules: `target` is an open directory (or file, for nullfs).
Result<> mount_on(int target, const std::string& type, const std::string& source,
                  const std::vector<std::string>& options, const std::string& shown_target);

/// Opens the place of a mount. Below `root` no symbolic link is followed: `TARGET is a symbolic link`.
Result<Fd> open_target(const std::string& root, const std::string& target);

/// Undoes it. True: something was unmounted.
Result<bool> undo_mount(const record::MountMade& made);

}  // namespace cellblock::kernel
