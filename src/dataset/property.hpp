// The properties that zfs(8) knows: one table for set, get, list and the manual.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cellblock::dataset {

enum class Kind : uint8_t { number, choice, text };
enum class Set : uint8_t { never, at_create, any_time };

struct PropertyRow {
  std::string_view name;
  std::string_view alias;
  std::string_view header;  ///< above a column of `zfs list`
  Kind kind = Kind::text;
  Set set = Set::never;
  bool inherited = false;
  std::string_view values;    ///< of a choice: "on | off"
  std::string_view standard;  ///< where nobody has set it
  bool on_snapshots = false;
};

std::span<const PropertyRow> properties();
/// By name or alias; nullptr for a user's own property and for what is none.
const PropertyRow* find_property(std::string_view name);
/// Names of a user's own have a colon: "org.example:note".
bool is_user_property(std::string_view name);

/// The value as it is kept (sizes in bytes), or why it is none, in OpenZFS' words.
Result<std::string> checked_value(std::string_view name, std::string_view value, Set when);

}  // namespace cellblock::dataset
