// Ranges within ranges, as a set of ranges takes them: flat.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nft/table.hpp"

namespace cellblock::nft {

/// Keys from `first` to `last`. Two of them lie beside each other or one in the other, as networks do.
struct Span {
  std::string first, last;
  std::optional<std::string> value;  ///< of a map, "" in a set; nothing: these keys are not in it
};

/// The narrowest span around a key decides. In order; what touches and has the same value is one range.
std::vector<Element> narrowest(std::vector<Span> spans);

}  // namespace cellblock::nft
