// sysctl(8)'s net.inet.ip.fw.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cellblock::bsd {

/// `key` is the last part of the name. Why::absent: there are no rules yet, and so no firewall.
Result<std::string> firewall_value(std::string_view key);
Result<> set_firewall_value(std::string_view key, const std::string& value);

}  // namespace cellblock::bsd
