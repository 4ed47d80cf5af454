// Addresses that jail(8) itself puts on an interface: "em0|10.0.0.1/24 broadcast 10.0.0.255".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cellblock::plan {

enum class Family : uint8_t { inet, inet6 };

/// One value of ip4.addr or ip6.addr, taken apart. Nothing is checked.
struct Alias {
  std::string interface;  ///< empty: none named
  std::string address;    ///< bare: what the kernel's parameter gets
  std::string mask;       ///< behind the '/': a length, or a dotted mask; empty: none given
  std::vector<std::string> extra;  ///< further words for ifconfig
};

Alias split_alias(std::string_view text);

/// The prefix length that a mask means: a number, a contiguous dotted mask; all of the address if empty.
std::optional<int> prefix_of(std::string_view mask, Family family);

/// What FreeBSD's jail(8) would run for it, as messages show it.
std::vector<std::string> ifconfig_words(const Alias& alias, Family family, std::string_view verb);

}  // namespace cellblock::plan
