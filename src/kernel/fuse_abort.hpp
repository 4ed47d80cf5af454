// File systems of user programs at the end of a jail.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace cellblock::kernel {

/// A process that waits for an answer of such a file system can't be killed, and where the program that owes the
/// answer is that process, or waits for it, nothing ever ends. Ends the connections (fusectl: `abort`) of all that the
/// jail, or one that shares its ids, has mounted: whoever may use one owns its directory, so they are found whether
/// they are still mounted somewhere or not. `uid_base`: the jail's (model::Runtime). With the host's ids
/// no such file system can be mounted.
Result<> abort_user_file_systems(uint32_t uid_base);

}  // namespace cellblock::kernel
