// Lists of words for the completion of command lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cellblock {

/// set      what jail(8) takes: "path=", "persist", "nopersist"
/// get      what jls(8) prints: "path", "persist"
/// all      every name
/// boolean  parameters that take no value
/// jailsys  parameters whose values are new, inherit and disable
/// nothing  for any other list
std::optional<std::vector<std::string>> word_list(std::string_view list);

}  // namespace cellblock
