// Where this program lies: what belongs to it is found from there, so that it works from a build tree, too.
#pragma once

#include <string>

#include "base/error.hpp"

namespace cellblock {

/// The absolute path of the folder that holds the running program.
Result<std::string> own_folder();

}  // namespace cellblock
