// `net.dns` and `net.search`: what a jail asks for names.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace cellblock::model {

/// resolv.conf(5) knows no more.
inline constexpr size_t most_name_servers = 3;

/// Errors begin with the parameter: "net.dns: 10.0.0: not an address".
Result<> check_resolver(const std::vector<std::string>& servers, const std::vector<std::string>& domains);

/// The jail's resolv.conf(5).
std::string resolver_text(const std::vector<std::string>& servers, const std::vector<std::string>& domains);

}  // namespace cellblock::model
