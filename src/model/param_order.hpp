// The order of params(): plain names before dotted ones, each by name. And the search in it.
#pragma once

#include <string_view>

#include "model/param.hpp"

namespace cellblock::model {

/// The row of exactly this name, or nullptr.
const Param* find_row(std::string_view name);

constexpr bool jls_order(std::string_view a, std::string_view b) {
  bool a_dotted = a.contains('.'), b_dotted = b.contains('.');
  return a_dotted == b_dotted ? a < b : b_dotted;
}

}  // namespace cellblock::model
