#include "dataset/settings.hpp"

#include <set>

#include "dataset/name.hpp"

namespace cellblock::dataset {

std::string inherited_mountpoint(std::string_view value, std::string_view from, std::string_view path) {
  if (!value.starts_with('/')) return std::string(value);
  std::string_view rest = path.substr(from.size());
  return value == "/" && !rest.empty() ? std::string(rest) : std::string(value) + std::string(rest);
}

Result<Setting> setting_of(Pool& pool, const std::string& path, std::string_view property) {
  const PropertyRow* row = find_property(property);
  bool climbs = !row || row->inherited;
  bool is_mountpoint = row && row->name == "mountpoint";
  for (Name at{path, ""}; !at.path.empty(); at.path = climbs ? at.parent() : "") {
    CB_TRY(Record * record, pool.find(at.path));
    auto found = record->properties.find(std::string(row ? row->name : property));
    if (found == record->properties.end()) continue;
    std::string source = at.path == path ? "local" : fmt::format("inherited from {}", at.path);
    return Setting{is_mountpoint ? inherited_mountpoint(found->second, at.path, path) : found->second, source};
  }
  if (is_mountpoint) return Setting{"/" + path, "default"};
  return row ? Setting{std::string(row->standard), "default"} : Setting{"-", "-"};
}

Result<std::vector<std::string>> user_properties(Pool& pool, const std::string& path) {
  std::set<std::string> names;
  for (Name at{path, ""}; !at.path.empty(); at.path = at.parent()) {
    CB_TRY(Record * record, pool.find(at.path));
    for (const auto& [name, value] : record->properties)
      if (is_user_property(name)) names.insert(name);
  }
  return std::vector<std::string>(names.begin(), names.end());
}

Result<bool> is_on(Pool& pool, const std::string& path, std::string_view property) {
  CB_TRY(Setting setting, setting_of(pool, path, property));
  return setting.value == "on";
}

}  // namespace cellblock::dataset
