// Mounts and addresses on the host that the journal names and that nobody needs any more: their maker died half-way,
// or their jail is gone. Undoing is idempotent: already gone is success.
#pragma once

#include <string>
#include <vector>

#include "kernel/registry.hpp"

namespace cellblock::kernel {

/// Whether its process 1 runs, or the process lives that is making it.
bool is_alive(const record::State& state, const model::Jail& jail);

/// Undoes all of them, newest first, and adds a line to `done` for each. Jails in the journal count as living: bury
/// dead ones before.
Result<> undo_strays(Registry& registry, std::vector<std::string>& done);

/// Only the mounts below one root, and only if no jail lives there: a new jail must not be laid over the remains of
/// an old one.
/// A jail's root without symbolic links, as jail_set(2) keeps it; as it is spelled where it is not there.
std::string real_root(const std::string& root);

Result<> undo_strays_below(Registry& registry, const std::string& root);

}  // namespace cellblock::kernel
