// Services by their names: those that FreeBSD's services(5) lists and that rules of packet filters speak of.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cellblock::net {

/// Nothing: none is called so here.
std::optional<uint16_t> port_of_service(std::string_view name);
/// Empty: none has the port here.
std::string_view service_of_port(uint32_t port);

}  // namespace cellblock::net
