// Process 1 of every PID namespace, told by the kernel in one go.
#pragma once

#include <functional>

#include "base/error.hpp"
#include "bpf/first_processes.h"

namespace cellblock::bpf {

/// Calls `each` for every process 1 that lives, of the namespaces below the caller's own. Needs BTF (Linux 5.8 and
/// CONFIG_DEBUG_INFO_BTF), CAP_BPF with CAP_PERFMON, and a file system of type bpf on /sys/fs/bpf: relocating the
/// program costs more than it saves once, so that it stays pinned there, until the next boot.
Result<> for_each_first_process(const std::function<void(const cb_first_process&)>& each);

}  // namespace cellblock::bpf
