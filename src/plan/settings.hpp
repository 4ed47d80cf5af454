// What of a jail's description goes to jail_set(2).
#pragma once

#include <vector>

#include "model/wanted.hpp"

namespace cellblock::plan {

/// The kernel's parameters in order, addresses bare. The mounts that the kernel side makes here (mount.devfs,
/// mount.fdescfs, mount.procfs) are among them; unknown names too, so that they are refused there.
std::vector<model::Setting> kernel_settings(const model::Wanted& wanted);

/// Whether commands will run between creation and the end of the start.
bool has_commands(const model::Wanted& wanted);

}  // namespace cellblock::plan
