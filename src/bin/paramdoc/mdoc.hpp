// Rows of the parameter table as mdoc(7).
#pragma once

#include <string>
#include <string_view>

#include "model/param.hpp"

namespace cellblock {

/// Plain sentences as mdoc: one to a line, `words` as literals, name(8) as a reference.
std::string mdoc_text(std::string_view text);

/// One item of a list: name, kind, meaning, default, and what Linux does.
std::string mdoc_row(const model::Param& param);

/// Whether a row belongs to the group "identity", "host", "network", "ipc", "allow", "exec", "mount", "own",
/// "linux" or "other"; every row belongs to exactly one.
std::string_view group_of(const model::Param& param);

/// All rows of a group.
std::string mdoc_rows(std::string_view group);

}  // namespace cellblock
