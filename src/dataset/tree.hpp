// Whole trees of files: taken away, measured. What lies in them may have been made by a jail to do harm: nothing
// follows a symbolic link, and no depth exhausts a stack or the table of descriptors.
#pragma once

#include <string>

#include "base/error.hpp"

namespace cellblock::dataset {

/// Removes `name` of the folder and all that is in it, subvolumes of btrfs too. Another may be at it at the same time.
Result<> remove_tree(int folder, const std::string& name);

/// What the tree takes on disk, its own directory included; a file with several names counts once.
Result<uint64_t> tree_bytes(int folder, const char* name);

}  // namespace cellblock::dataset
