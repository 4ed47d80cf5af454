// What -m makes of a running jail.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/wanted.hpp"

namespace cellblock::plan {

/// The names of the create-only parameters, as written, whose wanted value is not the running one. -m fails for
/// the first of them, -mr restarts the jail. `jid` never counts. Errors: a value that can't be read.
Result<std::vector<std::string>> create_only_changes(const model::Wanted& wanted, const model::Prison& running);

/// `wanted` with what its net.* need to know of the jail that runs: its name, and whether it has a network stack of its own.
model::Wanted of_running(const model::Wanted& wanted, const model::Prison& running);

/// What jail_set(2) gets to change a running jail: its jid, then everything that can change.
std::vector<model::Setting> modify(const model::Wanted& wanted, model::JailId jid);

}  // namespace cellblock::plan
