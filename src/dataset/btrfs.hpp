// btrfs by its ioctls: subvolumes and their snapshots. No program of btrfs-progs is needed.
#pragma once

#include <string>

#include "base/error.hpp"

namespace cellblock::dataset::btrfs {

/// Whether the descriptor lies on a btrfs.
bool is_on(int fd);
/// Whether it is the top of a subvolume.
bool is_subvolume(int fd);

Result<> create_subvolume(int folder, const std::string& name);
enum class Writes : uint8_t { allowed, refused };
Result<> snapshot(int subvolume, int folder, const std::string& name, Writes writes);
/// Why::invalid where `name` is no subvolume.
Result<> remove_subvolume(int folder, const std::string& name);

struct Usage {
  uint64_t referenced = 0, exclusive = 0;
};
/// Of a subvolume, as its quota group has it. Why::absent: quotas are off.
Result<Usage> usage_of(int subvolume);
/// Bytes that may be referenced; 0: as many as there are. Turns quotas on for the file system.
Result<> limit(int subvolume, uint64_t bytes);

}  // namespace cellblock::dataset::btrfs
