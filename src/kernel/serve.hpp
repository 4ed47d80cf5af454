// What the warden does about one call.
#pragma once

#include <sys/stat.h>

#include "kernel/notification.hpp"

namespace cellblock::kernel {

/// Longest time that a call is served, in seconds: a jail's own file system (allow.mount.fusefs) can keep the one who
/// serves it waiting for ever. SIGALRM ends that.
constexpr unsigned patience_s = 30;
/// The same of a call that makes or removes jails, which waits for processes to end.
constexpr unsigned patience_with_jails_s = 300;

/// Answers `call` from a child process: memory and files of a jail may keep their reader waiting. Returns a pidfd of the
/// child, empty where it has ended already or none was needed.
Fd answer(Notification& call);

/// Whether the owner of a file is an id of the jail's, as the kernel wants it of who has a right over the file by
/// a capability (capable_wrt_inode_uidgid).
bool belongs_to(const model::Jail& jail, const struct stat& status);

/// An extended attribute: answers the call itself.
void serve_attribute(const Notification& call, const model::Jail& jail);

/// socket(2): answers the call itself, unless it fails.
Result<> serve_socket(const Notification& call, const model::Jail& jail);

/// What a jail may do about the machine's names, clock and messages.
Result<> serve_uname(const Notification& call, const model::Jail& jail);
Result<> serve_names(const Notification& call, const model::Jail& jail, bool domain);
Result<int64_t> serve_clock(const Notification& call, const model::Jail& jail);
Result<int64_t> serve_messages(const Notification& call, const model::Jail& jail);

/// The mount(2) and umount2(2) of a jail; Error::sys is the errno to give.
Result<> serve_mount(const Notification& call, const model::Jail& jail);
Result<> serve_umount(const Notification& call, const model::Jail& jail);

}  // namespace cellblock::kernel
