// Files that are there whole or not at all, whatever ends the writer: a signal, a full disk, the power.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cellblock::dataset {

/// Writes aside, syncs, renames, syncs the folder. One writer at a time in a folder: the caller holds a lock.
Result<> write_durably(int folder, const std::string& name, std::string_view text);
/// Keeps some room in the folder, if there is any, for one file to be written on a full disk: what makes room must work.
void keep_spare(int folder);
/// ENOENT is success.
Result<> remove_durably(int folder, const std::string& name);

/// File names to their new texts; none: the file goes.
using Batch = std::map<std::string, std::optional<std::string>>;
/// All of them or none: several are written down in the file `redo` of `journal` first, which redo() completes.
Result<> write_batch(int journal, int folder, const Batch& batch);
/// What a writer that ended between them left to do.
Result<> redo(int journal, int folder);

/// The text of a `redo` file and back, for tests.
std::string batch_text(const Batch& batch);
Result<Batch> parse_batch(std::string_view text);

}  // namespace cellblock::dataset
