// File systems of user programs at the end of a jail.
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/error.hpp"

namespace cellblock::kernel {

/// A process that waits for an answer of such a file system can't be killed, and where the program that owes the
/// answer is that process, or waits for it, nothing ever ends. Ends the connections (fusectl: `abort`) of those that
/// `dying` have mounted and `outside`, a process of the surrounding jail or of the host, has not.
Result<> abort_user_file_systems(const std::vector<pid_t>& dying, pid_t outside);

}  // namespace cellblock::kernel
