// Doing for a jail's process what only it may do, in its name.
#pragma once

#include "kernel/notification.hpp"

namespace cellblock::kernel {

/// Makes this process, a child of the warden, the caller in all that counts for a path: mounts, root, working
/// directory, user ids, capabilities and umask. There is no way back.
Result<> become_caller(const Notification& call, const model::Jail& jail);

}  // namespace cellblock::kernel
