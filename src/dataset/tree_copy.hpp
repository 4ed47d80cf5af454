// A tree of files once more, with all that belongs to them: owners, modes, times, extended attributes, links, holes,
// devices. Where the file system shares blocks between files (FICLONE), they are shared.
#pragma once

#include "base/error.hpp"

namespace cellblock::dataset {

/// Copies what is in the directory `from` into the empty directory `to`, and its own attributes with it. Extended
/// attributes of overlayfs come along only where `to` is to be a layer.
enum class Overlay : uint8_t { drop, keep };
Result<> copy_tree(int from, int to, Overlay attributes);

/// Owner, mode, extended attributes and times of one file or directory.
Result<> copy_attributes(int from, int to, Overlay attributes);

/// Sums up when and how everything in the tree was changed last: the same twice means that nothing was in between.
struct Stamp {
  uint64_t sum = 0;
  int64_t newest = 0;  ///< of all times of change, nanoseconds
};
Result<Stamp> stamp_of(int folder);

}  // namespace cellblock::dataset
