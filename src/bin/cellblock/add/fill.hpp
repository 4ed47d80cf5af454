// What goes into the image: a system, and what it lacks to be started by its rc script.
#pragma once

#include <string>

#include "base/error.hpp"

namespace cellblock::add {

/// `source`: busybox, a directory or an archive. Returns what it was: "busybox, 303 commands, 1.9M".
Result<std::string> fill(const std::string& folder, const std::string& source);

}  // namespace cellblock::add
