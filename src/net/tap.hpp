// Tap and tun devices: the one kind of link that rtnetlink can't make.
#pragma once

#include <string>

#include "base/error.hpp"

namespace cellblock::net {

enum class TapKind : uint8_t { ethernet, ip };

/// Makes a device that stays until it is deleted; Why::exists (EEXIST) if the name is taken.
Result<> make_tap(const std::string& name, TapKind kind);

}  // namespace cellblock::net
