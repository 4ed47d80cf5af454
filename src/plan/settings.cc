#include "plan/settings.hpp"

#include "plan/alias.hpp"

namespace cellblock::plan {
namespace {

bool is_kernel_side(const model::Setting& setting) {
  auto named = model::find_param(setting.name);
  if (!named || named->param->side == model::Side::kernel) return true;
  std::string_view name = named->param->name;
  return name == "mount.devfs" || name == "mount.fdescfs" || name == "mount.procfs";
}

}  // namespace

std::vector<model::Setting> kernel_settings(const model::Wanted& wanted) {
  std::vector<model::Setting> settings;
  settings.reserve(wanted.settings.size() + 1);  // one more: a temporary "persist"
  for (const model::Setting& setting : wanted.settings) {
    if (!is_kernel_side(setting)) continue;
    settings.push_back(setting);
    if (setting.name != "ip4.addr" && setting.name != "ip6.addr") continue;
    for (std::string& value : settings.back().values) value = split_alias(value).address;
  }
  return settings;
}

bool has_commands(const model::Wanted& wanted) {
  return wanted.find("exec.start") || wanted.find("command") || wanted.find("exec.poststart");
}

}  // namespace cellblock::plan
