#include "plan/change.hpp"

#include "plan/settings.hpp"

namespace cellblock::plan {
namespace {

const model::Param* create_only(const model::Setting& setting) {
  auto named = model::find_param(setting.name);
  return named && named->param->create_only ? named->param : nullptr;
}

/// "/jails/web/" and "/jails/web" are one path.
std::string without_final_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

/// A fresh value next to the running one: types are compared as the table understands them, not as text.
Result<bool> differs(const model::Setting& setting, const model::Param& param, const model::Prison& running) {
  model::Prison fresh;
  CB_CHECK(model::assign(fresh, setting));
  auto wanted = model::values_of(fresh, param), is = model::values_of(running, param);
  if (param.name == "path" && wanted.size() == 1 && is.size() == 1)
    return without_final_slash(wanted[0]) != without_final_slash(is[0]);
  return wanted != is;
}

}  // namespace

Result<std::vector<std::string>> create_only_changes(const model::Wanted& wanted, const model::Prison& running) {
  std::vector<std::string> changes;
  for (const model::Setting& setting : wanted.settings) {
    const model::Param* param = create_only(setting);
    if (!param || param->name == "jid") continue;
    CB_TRY(bool changes_it, differs(setting, *param, running));
    if (changes_it) changes.push_back(setting.name);
  }
  return changes;
}

model::Wanted of_running(const model::Wanted& wanted, const model::Prison& running) {
  model::Wanted whole = wanted;
  if (!whole.find("name")) whole.settings.push_back({"name", {running.name}});
  if (!whole.find("vnet") && running.vnet == model::Sys::fresh) whole.settings.push_back({"vnet", {"new"}});
  return whole;
}

std::vector<model::Setting> modify(const model::Wanted& wanted, model::JailId jid) {
  std::vector<model::Setting> settings = {{"jid", {std::to_string(jid)}}};
  for (model::Setting& setting : kernel_settings(wanted))
    if (!create_only(setting)) settings.push_back(std::move(setting));
  return settings;
}

}  // namespace cellblock::plan
