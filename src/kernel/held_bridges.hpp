// Bridges that are there before the first jail and stay behind the last: cellblock network start, stop.
#pragma once

#include "kernel/registry.hpp"

namespace cellblock::kernel {

/// Makes the bridge, and the VLAN of it, that `cable` leads to, with its addresses, and holds it; one that jails have brought is held from now on.
/// False: it was held already. Why::exists: it is there and nobody's of Cellblock.
Result<bool> hold_bridge(Registry& registry, const model::Cable& cable);

/// Takes it away; one that other ports hang on stays, as its user's. False: nobody held it. Why::busy: a jail is on it.
Result<bool> release_bridge(Registry& registry, const model::Cable& cable);

}  // namespace cellblock::kernel
