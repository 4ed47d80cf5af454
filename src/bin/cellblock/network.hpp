// What the acts of cellblock network share.
#pragma once

#include <vector>

#include "kernel/registry.hpp"
#include "model/wanted.hpp"
#include "verb.hpp"

namespace cellblock {

struct Networks {
  std::vector<model::Wanted> all;
  bool good = true;  ///< nothing is wrong with the file
};

/// With everything that is wrong with the file on standard error.
Networks read_networks();

/// What the journal knows; an empty one where Cellblock has not run yet.
Result<record::State> recorded();

/// `cellblock network draw`, without these words.
Result<int> draw_network(const Words& words);

}  // namespace cellblock
