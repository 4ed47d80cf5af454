// unionfs: one directory laid over another.
#pragma once

#include "base/error.hpp"
#include "model/mount_type.hpp"

namespace cellblock::kernel {

/// Mounts on `target`. What is written goes to the upper one, by default recipe.source, with `below` the target.
Result<> mount_union(const model::MountRecipe& recipe, int target, uint64_t attributes);

/// Takes away what a union has needed beside the directory `upper`, if nothing else is in it.
void remove_work(int upper);

}  // namespace cellblock::kernel
