// Amounts of bytes as zfs(8) reads and prints them: 10G, 1.50T.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cellblock::dataset {

/// "10G", "1.5t", "512", "64KiB"; none if it is no amount, or more than 64 bits hold.
std::optional<uint64_t> parse_size(std::string_view text);

/// Five characters at most: "0B", "1.50G", "12.3M", "123K".
std::string size_text(uint64_t bytes);

}  // namespace cellblock::dataset
