// This host, as the questions see it.
#pragma once

#include "add/answers.hpp"

namespace cellblock::add {

Host this_host();

/// The interface of the default route in the text of /proc/net/route; lo without one.
std::string outward_interface(std::string_view routes);

}  // namespace cellblock::add
