// The text of meta and env: lines, of which those of the form key=value can be addressed by their key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cellblock::model {

/// The value of `key`, up to the end of its line; only the first '=' is syntax. Of several lines the last counts.
std::optional<std::string_view> meta_value(std::string_view text, std::string_view key);

/// Replaces all lines of `key` by one, which goes in front of the text.
void set_meta_value(std::string& text, std::string_view key, std::string_view value);

/// Removes all lines of `key`.
void remove_meta_value(std::string& text, std::string_view key);

}  // namespace cellblock::model
