// Linux' mount table in FreeBSD's words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conf/fstab.hpp"
#include "sys/mount.hpp"

namespace cellblock::bsd {

struct ShownMount {
  std::string source, target, type;  ///< FreeBSD's names
  bool local = true;
  std::vector<std::string> flags;  ///< noatime noexec nosuid nosymfollow ro sync, in FreeBSD's order
};

/// A bind mount is a nullfs of the directory that it shows. Where several lie on one another all are listed.
std::vector<ShownMount> shown_mounts(const std::vector<sys::MountEntry>& table);

/// "/usr/ports on /jails/www/usr/ports (nullfs, local, read-only)"
std::string mount_line(const ShownMount& mount);
/// The same as fstab(5) has it, in the columns of `mount -p`.
std::string fstab_columns(const ShownMount& mount);

/// The argument of -t: "nullfs,tmpfs", or "nonullfs,tmpfs" for all but these. Empty selects all.
bool type_selected(std::string_view types, std::string_view type);

}  // namespace cellblock::bsd
