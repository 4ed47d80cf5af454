// The words that pf.conf(5) and pfctl(8) have for numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cellblock::pf {

std::optional<uint8_t> protocol_of(std::string_view word);
std::string protocol_name(uint8_t number);
std::optional<uint16_t> port_of(std::string_view word);
/// The service's name, or the number.
std::string port_name(uint16_t port);
std::optional<uint8_t> icmp_type_of(std::string_view word, bool v6);
std::string icmp_type_name(uint8_t type, bool v6);
/// Of icmp type `type`.
std::optional<uint8_t> icmp_code_of(std::string_view word, uint8_t type, bool v6);
std::string icmp_code_name(uint8_t code, uint8_t type, bool v6);
/// "SA" -> 0x12.
std::optional<uint8_t> tcp_flags_of(std::string_view letters);
std::string tcp_flag_letters(uint8_t flags);

}  // namespace cellblock::pf
