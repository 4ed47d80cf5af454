// Reading a Wanted: one parameter's value, as jail(8) understands it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/wanted.hpp"

namespace cellblock::plan {

/// The setting of a parameter, written plainly or (a boolean) negated: "allow.mount" also finds
/// "allow.nomount".
const model::Setting* find_setting(const model::Wanted& wanted, std::string_view name);

/// Whether `written` is `name` with "no" before its last component.
bool is_negation(std::string_view written, std::string_view name);

/// A boolean of jail(8)'s own: absent is false; the value has been checked before.
bool is_true(const model::Wanted& wanted, std::string_view name);

/// The value of a scalar: the last one given, or null. A bare name has none.
const std::string* text_of(const model::Wanted& wanted, std::string_view name);

/// The value of an integer, or nothing if it is absent or no integer.
std::optional<int> number_of(const model::Wanted& wanted, std::string_view name);

/// All values of a list; empty if it is absent.
const std::vector<std::string>& values_of(const model::Wanted& wanted, std::string_view name);

}  // namespace cellblock::plan
