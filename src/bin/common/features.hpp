// What this kernel can do: asked by doing it in small, not by its version.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cellblock {

enum class Has : uint8_t { yes, no, unknown };  ///< unknown: only root can find out

Has has_namespaces();      ///< mount, pid, network, uts, ipc, user, cgroup
Has has_user_namespaces();  ///< may be switched off
Has has_idmapped_mounts();
Has has_new_mount_calls();  ///< fsopen(2) and friends
Has has_cgroup2();
Has has_cgroup_kill();
Has has_clone_into_cgroup();
Has has_seccomp_notify();
Has has_pidfs();
Has has_proc_pidns();
Has has_overlay_descriptors();
Has has_cgroup_bpf();
/// 0: none; -1: not known.
int landlock_abi();

/// Whether this file system can be mounted, its module loaded if that helps.
Has has_file_system(const std::string& name);
/// Whether `ip link add type KIND` would work: tried in a network namespace of its own.
Has has_link_kind(const std::string& kind);
/// Loaded or built in.
bool has_module(const std::string& name);
/// modprobe(8). Absent: Why::absent.
Result<> load_module(const std::string& name);

}  // namespace cellblock
