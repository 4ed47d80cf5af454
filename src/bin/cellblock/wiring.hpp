// The network stacks of the host and of its jails, looked at.
#pragma once

#include "base/error.hpp"
#include "model/snapshot.hpp"
#include "model/wiring.hpp"

namespace cellblock {

/// Of the jails in the snapshot that have a stack of their own; one that has just ended is left out.
Result<model::Wiring> look_at_wiring(const model::Snapshot& snapshot);

}  // namespace cellblock
