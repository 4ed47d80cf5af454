// The order of params(): plain names before dotted ones, each by name.
#pragma once

#include <string_view>

namespace cellblock::model {

constexpr bool jls_order(std::string_view a, std::string_view b) {
  bool a_dotted = a.contains('.'), b_dotted = b.contains('.');
  return a_dotted == b_dotted ? a < b : b_dotted;
}

}  // namespace cellblock::model
