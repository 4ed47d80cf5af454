// The jail system call inside a jail: a number that no kernel has (policy.hpp), answered by the warden on the
// host through seccomp's user notification.
//
//   jail_call(request, request length, answer, answer capacity)  ->  the answer's length, or -1 and errno
#pragma once

#include <string>

#include "base/error.hpp"

namespace cellblock::kernel {

/// Asks the warden. EPERM: this jail may not have jails inside.
Result<std::string> ask_warden(const std::string& request);

}  // namespace cellblock::kernel
