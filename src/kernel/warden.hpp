// The warden: answers the system calls that jails' filters hand over (seccomp user notification).
//
//   jail_call            jails inside the jail: the jail system calls, as that jail's root
//   mount, umount2       allow.mount.*: on the jail's behalf, by its rules
//   uname                osrelease, linux.osrelease
//   sethostname, ...     in jails without a user namespace of their own
//
// The caller is told by its cgroup, which it can't leave. What it says is copied once and checked; a call is
// answered only while the kernel still vouches that the caller waits for it. Jail calls run in a child each, so
// that one that waits holds nobody up.
#pragma once

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::kernel {

/// Serves on a listening socket until nobody needs it. `listening` is warden_link.cc's.
Result<> serve_jails(Fd listening);

}  // namespace cellblock::kernel
