// Mounts and addresses on the host that the journal names and that nobody needs any more: their maker died half-way,
// or their jail is gone. Undoing is idempotent: already gone is success.
#pragma once

#include <string>
#include <vector>

#include "kernel/registry.hpp"

namespace cellblock::kernel {

/// Whether its process 1 runs, or the process lives that is making it.
bool is_alive(const record::State& state, const model::Jail& jail);

/// Undoes all of them whose maker is dead, or this process, newest first, and adds a line to `done` for each. Jails in the journal count as living: bury
/// dead ones before.
enum class Owners { dead, dead_or_self };
Result<> undo_strays(Registry& registry, std::vector<std::string>& done, Owners owners = Owners::dead);

/// A root as the jails have it: jail.conf may name it by a symbolic link, from the working directory, or with a slash at
/// its end. One that is not there stays as it is spelled.
std::string real_root(const std::string& root);

/// Only the mounts below one root, and only if no jail lives there: a new jail must not be laid over the remains of
/// an old one.
Result<> undo_strays_below(Registry& registry, const std::string& root);

}  // namespace cellblock::kernel
