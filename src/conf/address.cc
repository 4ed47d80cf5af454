#include "conf/address.hpp"

#include "base/text.hpp"

namespace cellblock::conf {

InterfaceAddress split_address(std::string_view element) {
  InterfaceAddress out;
  if (size_t bar = element.find('|'); bar != element.npos) {
    out.interface = element.substr(0, bar);
    element.remove_prefix(bar + 1);
  }
  if (size_t blank = element.find(' '); blank != element.npos) {
    out.options = trim(element.substr(blank));
    element = element.substr(0, blank);
  }
  size_t slash = element.find('/');
  out.address = element.substr(0, slash);
  if (slash != element.npos) out.prefix = element.substr(slash + 1);
  return out;
}

model::Setting kernel_setting(const model::Setting& setting) {
  if (setting.bare()) return setting;
  model::Setting out{setting.name, {}};
  if (setting.name != "ip4.addr" && setting.name != "ip6.addr") {
    out.values.push_back(setting.values.back());
    return out;
  }
  for (const std::string& element : setting.values) {
    std::vector<std::string> parts = split(split_address(element).address, ',');
    if (parts.empty()) parts.emplace_back();
    out.values.insert(out.values.end(), parts.begin(), parts.end());
  }
  return out;
}

}  // namespace cellblock::conf
