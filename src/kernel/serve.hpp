// What the warden does about one call.
#pragma once

#include "kernel/notification.hpp"

namespace cellblock::kernel {

/// Answers `call`, at once or from a child process.
void answer(const Notification& call);

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
