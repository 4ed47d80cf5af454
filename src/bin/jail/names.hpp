// Host names, for ip_hostname. The C library's resolver is no choice for a static program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "port/programs.hpp"

namespace cellblock::jail {

/// The addresses of `host` in the text of a hosts(5) file, in its order.
std::vector<std::string> addresses_in_hosts(std::string_view text, std::string_view host);

/// The addresses in the output of `getent ahosts`, each once, in its order.
std::vector<std::string> addresses_of_getent(std::string_view output);

/// Numbers are their own addresses; then /etc/hosts is read, then getent(1) is asked, which knows everything
/// that this host's nsswitch.conf allows. Error: `Name does not resolve`.
Result<std::vector<std::string>> look_up(const std::string& host, port::Programs& programs);

}  // namespace cellblock::jail
