// Step numbers for the tests that fail or kill Cellblock at every one of them. Only programs built with
// CELLBLOCK_FAULTS look: CELLBLOCK_KILL_AT=N ends the process at its Nth step, as kill -9 would;
// CELLBLOCK_FAIL_AT=N makes that step fail with EIO. In all others a step is nothing.
#pragma once

#include <string_view>

#include "base/error.hpp"

namespace cellblock::kernel::faults {

#ifdef CELLBLOCK_FAULTS
/// A step that may fail: before something is done, or where what was done is undone on failure.
Result<> step(std::string_view name);
/// A step that is done already. It counts, too, but can only be died at.
void passed(std::string_view name);
#else
inline Result<> step(std::string_view) { return {}; }
inline void passed(std::string_view) {}
#endif

}  // namespace cellblock::kernel::faults
