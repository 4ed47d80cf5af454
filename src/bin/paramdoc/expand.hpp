// Templates: text in which the parameter table has its places.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cellblock {

/// Replaces "@parameters GROUP@" by mdoc rows and "@words LIST@" by words with blanks between. Any other '@' stays.
/// A group without rows and an unknown list are errors: a misspelt name would leave a hole in a page.
Result<std::string> expand(std::string_view text);

}  // namespace cellblock
