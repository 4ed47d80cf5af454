// Are these parameters, and do the values have the right types? Asked of one jail when its turn comes.
#pragma once

#include <span>
#include <vector>

#include "conf/diag.hpp"
#include "conf/resolve.hpp"
#include "model/wanted.hpp"

namespace cellblock::conf {

/// Which texts jail(8) prints for the jail. An operation that only stops a jail never looks at the kernel's
/// parameters, so that an unknown one does not keep a jail from being stopped.
enum class CheckScope : uint8_t { everything, own_parameters };

/// Everything that is wrong with this jail's settings, in their order. `what` starts with the jail's name if
/// it is configured. `origins` are Resolved::origins of this jail, or nothing for a command line.
std::vector<Diag> check(const model::Wanted& wanted, std::span<const Origin> origins = {},
                        CheckScope scope = CheckScope::everything);

}  // namespace cellblock::conf
