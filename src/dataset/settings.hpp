// What a property is for a dataset, wherever it was set.
#pragma once

#include <string>

#include "dataset/pool.hpp"
#include "dataset/property.hpp"

namespace cellblock::dataset {

struct Setting {
  std::string value;
  std::string source;  ///< "local", "default", "inherited from tank", "-"
};

/// Of a property that can be set, a user's own included: its source is "-" where nobody has.
Result<Setting> setting_of(Pool& pool, const std::string& path, std::string_view property);
/// Names of the user's properties that are set here or above.
Result<std::vector<std::string>> user_properties(Pool& pool, const std::string& path);

/// The same for on or off.
Result<bool> is_on(Pool& pool, const std::string& path, std::string_view property);

/// Where a dataset at `path` is mounted if what it inherits comes from `from`, which has `value` there.
std::string inherited_mountpoint(std::string_view value, std::string_view from, std::string_view path);

}  // namespace cellblock::dataset
