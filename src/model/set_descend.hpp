// What a change of one jail does to the jails below it.
#pragma once

#include <vector>

#include "base/error.hpp"
#include "model/set_request.hpp"
#include "model/snapshot.hpp"

namespace cellblock::model {

/// The jails below `before` that differ once it has become `after`, parents before children.
/// Fails if a descendant's name would become too long.
Result<std::vector<Prison>> change_descendants(const Snapshot& now, const SetRequest& request, const Prison& before,
                                               const Prison& after);

}  // namespace cellblock::model
