#pragma once

#include "sysctl_values.hpp"

namespace cellblock::bsd {

/// Asks the kernel.
OwnJail own_jail();

}  // namespace cellblock::bsd
