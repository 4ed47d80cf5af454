// The way to the warden: the one process on the host that answers jails' notified system calls. It is started
// when the first jail needs it and ends when no process needs it any more.
#pragma once

#include "base/error.hpp"
#include "base/fd.hpp"
#include "model/jail.hpp"

namespace cellblock::kernel {

/// A connection to the warden, started if it does not run. For the host's root only.
Result<Fd> connect_warden();

/// Hands a filter's notification descriptor over; called between seccomp(2) and execve(2), so it allocates
/// nothing. 0, or -1 and errno.
int send_listener(int warden, int listener, model::JailId jid);

}  // namespace cellblock::kernel
