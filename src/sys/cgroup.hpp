// The cgroup2 hierarchy: where it is mounted, and groups in it as directory descriptors.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::sys {

/// Opens the root of the cgroup2 hierarchy: /sys/fs/cgroup (unified hosts), /sys/fs/cgroup/unified (hybrid
/// ones), else a mount of its own below `fallback`.
Result<Fd> open_cgroup_root(const std::string& fallback);

/// Makes group `path` (below `root`) and opens it. EEXIST is success.
Result<Fd> make_group(int root, const std::string& path);

/// Kills all that is in the group and below it. An absent group is success.
Result<> kill_group(int root, const std::string& path);

/// Removes the group and the groups below it; Why::busy while a process is in one. An absent one is success.
Result<> remove_group(int root, const std::string& path);

/// The numbers of the group and of those below it, as bpf(2) knows them. None for an absent one.
Result<std::unordered_set<uint64_t>> group_ids(int root, const std::string& path);

/// Pids of the processes in the group and in those below it, except the groups in `without` (paths as `path` is one).
Result<std::vector<pid_t>> group_processes(int root, const std::string& path, const std::set<std::string>& without = {});

/// Whether a live process is in the group or below it.
Result<bool> group_populated(int root, const std::string& path);
/// Waits until none is, at most `milliseconds`. False: some still are.
Result<bool> wait_group_empty(int root, const std::string& path, int milliseconds);

}  // namespace cellblock::sys
