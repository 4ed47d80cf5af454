// `mount` and `mount.fstab`: from a line to a request, and to the command line that messages show.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "conf/fstab.hpp"
#include "port/mounts.hpp"

namespace cellblock::apply {

port::MountRequest request_of(const conf::FstabEntry& entry, const std::string& root);

/// "/sbin/mount -t nullfs -o ro /a /p/a", "/sbin/umount -t nullfs /p/a": what FreeBSD's jail(8) runs.
std::string mount_command(const conf::FstabEntry& entry);
std::string umount_command(const conf::FstabEntry& entry);

/// The lines of a file of `mount.fstab` that may describe a mount. Error: `FILE: ERR`.
Result<std::vector<std::string>> read_fstab(const std::string& file);

/// Where `mount.devfs`, `mount.fdescfs` or `mount.procfs` goes below the root, and the commands shown for it.
struct OwnMount {
  std::string target;
  std::string mount_command, umount_command;
};
OwnMount own_mount(std::string_view parameter, const std::string& root, const std::string& devfs_ruleset);

}  // namespace cellblock::apply
