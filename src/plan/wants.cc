#include "plan/wants.hpp"

#include <strings.h>

#include "base/text.hpp"

namespace cellblock::plan {

bool is_negation(std::string_view written, std::string_view name) {
  if (written.size() != name.size() + 2) return false;
  size_t dot = name.rfind('.');
  size_t last = dot == name.npos ? 0 : dot + 1;
  return written.starts_with(name.substr(0, last)) && written.substr(last, 2) == "no" &&
         written.ends_with(name.substr(last));
}

const model::Setting* find_setting(const model::Wanted& wanted, std::string_view name) {
  for (const model::Setting& setting : wanted.settings)
    if (setting.name == name || is_negation(setting.name, name)) return &setting;
  return nullptr;
}

bool is_true(const model::Wanted& wanted, std::string_view name) {
  const model::Setting* setting = find_setting(wanted, name);
  if (!setting) return false;
  bool truth = true;
  if (!setting->bare()) {
    const std::string& value = setting->values.back();
    truth = ::strcasecmp(value.c_str(), "true") == 0 || parse_int(value).value_or(0) != 0;
  }
  return truth != (setting->name != name);
}

const std::string* text_of(const model::Wanted& wanted, std::string_view name) {
  const model::Setting* setting = wanted.find(name);
  return setting && !setting->bare() ? &setting->values.back() : nullptr;
}

std::optional<int> number_of(const model::Wanted& wanted, std::string_view name) {
  const std::string* text = text_of(wanted, name);
  if (!text) return std::nullopt;
  auto number = parse_int(*text);
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

const std::vector<std::string>& values_of(const model::Wanted& wanted, std::string_view name) {
  static const std::vector<std::string> none;
  const model::Setting* setting = wanted.find(name);
  return setting ? setting->values : none;
}

}  // namespace cellblock::plan
