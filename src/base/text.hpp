// Small text functions that several folders need.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cellblock {

/// Takes the text up to the next `separator`, or all of it, from the front of `rest`, and the separator with it. What
/// it returns lies in the same place: nothing is copied.
std::string_view take_part(std::string_view& rest, char separator);

/// "a,b,,c" by ',' gives {"a","b","","c"}; "" gives {}.
std::vector<std::string> split(std::string_view text, char separator);

/// Words separated by blanks, tabs and newlines; never an empty word.
std::vector<std::string> split_words(std::string_view text);

std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);
std::string to_lower(std::string_view text);

/// A whole decimal integer with an optional sign, nothing before or after it.
std::optional<int64_t> parse_int(std::string_view text);

/// Encodes blanks, newlines, backslashes and control characters as \ooo, the way vis(3) and fstab(5) do, so
/// that a value is one word on one line. unvis() undoes it, and understands \s, \t, \n and \\ as well.
std::string vis(std::string_view text);
std::string unvis(std::string_view text);

/// fnmatch(3)-like glob over `*`, `?` and `[...]`, where `*` also matches '/' and '.'.
bool glob_match(std::string_view pattern, std::string_view text);

/// How many letters have to be added, dropped or changed to make one of the other.
size_t distance(std::string_view a, std::string_view b);

}  // namespace cellblock
