// FreeBSD's file systems and mount options, and what makes them on Linux: one table for the mount command, for
// a jail's `mount` parameters and for the executor.
//
// Values only. The executor (kernel::Mounts) turns a recipe into system calls.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace cellblock::model {

enum class MountKind : uint8_t {
  bind,     ///< nullfs: this tree again, without the mounts below it
  overlay,  ///< unionfs: two directories on top of each other
  proc,     ///< procfs, linprocfs
  sysfs,    ///< linsysfs
  tmpfs,
  devfs,    ///< a tmpfs with the device nodes that a ruleset shows
  fdescfs,  ///< nothing is mounted: DIR becomes a link or a view of /proc/self/fd
  native,   ///< Linux has it under its own name
};

struct MountType {
  std::string_view name;    ///< FreeBSD's
  MountKind kind;
  std::string_view native;  ///< Linux' file_system_type; empty where none is mounted
  std::string_view module;  ///< kernel module that brings it, if it isn't `native`
};

std::span<const MountType> mount_types();
/// Empty name of a row: nullptr; a name that FreeBSD does not have is Linux' own business.
const MountType* find_mount_type(std::string_view name);

/// FreeBSD's name for what Linux calls `native`: "proc" is "procfs", "ext4" is "ext4".
std::string_view bsd_type_name(std::string_view native);

struct MountRecipe {
  MountKind kind = MountKind::native;
  std::string type;         ///< for fsopen(2) or mount(2); empty for bind and fdescfs
  std::string source;       ///< as written
  unsigned long flags = 0;  ///< MS_* of mount(2); the low four bits are MOUNT_ATTR_* as well
  /// For fsconfig(2), in the order written; an empty value is a flag.
  std::vector<std::pair<std::string, std::string>> data;
  int ruleset = -1;     ///< devfs: ruleset=N; -1 where none was given
  bool below = false;   ///< unionfs: the source lies below the target, which takes the writes
  bool update = false;  ///< change the flags of what is mounted there
  bool recursive = false;  ///< bind the mounts below as well (Linux' `rbind`)

  /// "mode=755,size=4096", for mount(2)
  std::string data_text() const;
};

/// Options that fstab(5) and its tools read, but no file system: late, noauto, failok ...
bool is_fstab_option(std::string_view word);

/// Fails for a word that a BSD type does not have: `mount option <WORD> is unknown`. Linux' own types get the
/// words that nobody here knows as data.
Result<MountRecipe> mount_recipe(std::string_view type, std::string_view source,
                                 const std::vector<std::string>& options);

/// 4k, 10M, 1g, 2t, 1P to bytes the way expand_number(3) does.
Result<uint64_t> expand_number(std::string_view text);

}  // namespace cellblock::model
