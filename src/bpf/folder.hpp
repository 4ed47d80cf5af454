// /sys/fs/bpf/cellblock: where Cellblock's programs and maps are pinned, so that they outlive the command that has
// loaded them.
#pragma once

#include "base/error.hpp"

namespace cellblock::bpf {

inline constexpr const char* folder = "/sys/fs/bpf/cellblock";

/// Makes it where it is missing. Needs a file system of type bpf on /sys/fs/bpf, as systemd mounts it: without one
/// Why::unsupported.
Result<> make_folder();

/// The same, and mounts that file system where it is missing.
Result<> mount_folder();

/// Whether it is there and root's alone: whoever else may write there could hand out a program of their own.
Result<> check_folder();

}  // namespace cellblock::bpf
