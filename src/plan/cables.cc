#include "plan/cables.hpp"

#include <algorithm>

#include "plan/cable.hpp"
#include "plan/wants.hpp"

namespace cellblock::plan {
namespace {

using model::Cable;
using model::CableWish;
using model::name_for;
using model::Setting;
using model::Wanted;

/// The cable that a parameter is of, and the parameter's name for a jail with one cable; none: it is the jail's own.
struct Part {
  std::string cable, parameter;
};

std::optional<Part> part_of(const Setting& setting) {
  if (!is_of_cable(setting.name)) return std::nullopt;
  if (auto named = model::cable_param(setting.name)) return Part{std::string(named->cable), named->param};
  return Part{"", setting.name};
}

Result<CableWish> wish_of(const Wanted& wanted, const std::string& name) {
  auto cable = cable_of(with_one(wanted, name), name);
  if (cable) return CableWish{name, std::move(*cable)};
  return fail(cable.error().why, "{}", name_for(name, cable.error().text()));
}

bool is_v6(const std::string& address) { return address.contains(':'); }

Result<> check_pair(const Cable& before, const Cable& cable) {
  if (before.interface == cable.interface)
    return fail(Why::invalid, "{}: {}: another cable's name", name_for(cable.name, "net.interface"), cable.interface);
  if (before.near == cable.bridge || cable.near == before.bridge)
    return fail(Why::invalid, "{}: {}: the name of the jail's own end on the host", name_for(cable.name, "net.bridge"), cable.bridge);
  for (const std::string& gateway : cable.gateways)
    if (std::ranges::any_of(before.gateways, [&](const std::string& other) { return is_v6(other) == is_v6(gateway); }))
      return fail(Why::invalid, "{}: {}: {} has one for {} already", name_for(cable.name, "net.gateway"), gateway,
                  name_for(before.name, "net.gateway"), is_v6(gateway) ? "IPv6" : "IPv4");
  for (const auto& one : cable.addresses)
    if (std::ranges::any_of(before.addresses, [&](const auto& other) { return other.address == one.address; }))
      return fail(Why::invalid, "{}: {}: given twice", name_for(cable.name, "net.address"), one.address);
  for (const model::Forward& forward : cable.rules.forwards)
    if (std::ranges::any_of(before.rules.forwards, [&](const model::Forward& other) { return collide(other, forward); }))
      return fail(Why::invalid, "{}: {}: given twice", name_for(cable.name, "net.forward"), model::place_of(forward));
  return {};
}

}  // namespace

std::vector<std::string> cable_names(const Wanted& wanted) {
  std::vector<std::string> names;
  for (const Setting& setting : wanted.settings) {
    auto part = part_of(setting);
    if (part && std::ranges::find(names, part->cable) == names.end()) names.push_back(part->cable);
  }
  // The first one is first, wherever it is described.
  std::ranges::stable_partition(names, [](const std::string& name) { return name.empty(); });
  return names;
}

Wanted with_one(const Wanted& wanted, std::string_view cable) {
  Wanted one = wanted;
  one.settings.clear();
  for (const Setting& setting : wanted.settings) {
    auto part = part_of(setting);
    if (!part) one.settings.push_back(setting);
    else if (part->cable == cable) one.settings.push_back({part->parameter, setting.values});
  }
  const std::string* bridge = text_of(one, "net.bridge");
  if (cable.empty() || (bridge && bridge->empty())) return one;  // an empty one stands alone
  one.settings.push_back({"net.interface", {std::string(cable)}});
  return one;
}

void put_back(Wanted& wanted, std::string_view cable, const Wanted& one) {
  std::erase_if(wanted.settings, [&](const Setting& setting) {
    auto part = part_of(setting);
    return part && part->cable == cable;
  });
  for (const Setting& setting : one.settings) {
    if (is_of_cable(setting.name) && (cable.empty() || setting.name != "net.interface"))
      wanted.settings.push_back({name_for(cable, setting.name), setting.values});
    else if (!is_of_cable(setting.name) && !wanted.find(setting.name)) wanted.settings.push_back(setting);
  }
}

Result<std::vector<CableWish>> cables_of(const Wanted& wanted) {
  std::vector<CableWish> wishes;
  for (const std::string& name : cable_names(wanted)) {
    CB_TRY(CableWish wish, wish_of(wanted, name));
    for (const CableWish& before : wishes)
      if (wish.cable && before.cable) CB_CHECK(check_pair(*before.cable, *wish.cable));
    wishes.push_back(std::move(wish));
  }
  return wishes;
}

std::vector<std::vector<std::string>> address_commands(const Wanted& wanted) {
  std::vector<std::vector<std::string>> commands;
  for (const std::string& name : cable_names(wanted))
    if (auto words = address_command(with_one(wanted, name)); !words.empty()) commands.push_back(std::move(words));
  return commands;
}

}  // namespace cellblock::plan
