// A command of this program run by a process of a jail, whatever the jail's root has.
#pragma once

#include <string_view>

#include "applet.hpp"

namespace cellblock::bsd {

/// Runs the applet `words[0]` with its arguments in the jail that `jail` names, as its root, and waits for it. Its exit
/// status; 1 with a line on stderr if it could not be run.
int run_inside(std::string_view jail, const Words& words);

}  // namespace cellblock::bsd
