// Step numbers for the tests that kill Cellblock at every one of them. Only programs built with
// CELLBLOCK_FAULTS look: CELLBLOCK_KILL_AT=N ends the process at its Nth step, as kill -9 would.
#pragma once

#include <string_view>

namespace cellblock::kernel::faults {

#ifdef CELLBLOCK_FAULTS
void step(std::string_view name);
#else
inline void step(std::string_view) {}
#endif

}  // namespace cellblock::kernel::faults
