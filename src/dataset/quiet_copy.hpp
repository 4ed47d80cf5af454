// A copy of a tree that others may write to.
#pragma once

#include <functional>
#include <string>

#include "base/error.hpp"
#include "dataset/shelf.hpp"

namespace cellblock::dataset {

/// Copies `from` to a new place ID/d of the shelf, which `make_place` makes, until nothing was written meanwhile: then it
/// is what a crash at some moment in between would have left. Why::busy after some tries.
Result<std::string> copy_when_quiet(Shelf& shelf, int from, const std::function<Result<std::string>()>& make_place);

}  // namespace cellblock::dataset
