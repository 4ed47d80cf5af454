// What a driver tells about its device (ethtool).
#pragma once

#include <string>

#include "ifconfig_text.hpp"

namespace cellblock::bsd {

/// Of an interface of the calling process' network stack.
Hardware hardware_of(const std::string& name);

/// "1000baseT <full-duplex>" for a speed in Mbit/s; pure.
std::string media_of(int64_t speed, bool full_duplex);

}  // namespace cellblock::bsd
