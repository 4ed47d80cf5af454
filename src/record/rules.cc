#include "record/rules.hpp"

#include "base/text.hpp"

namespace cellblock::record {
namespace {

constexpr std::string_view every_interface = "*";

}  // namespace

std::string marks_of(const model::CableRules& rules) {
  std::vector<std::string> forwards;
  for (const model::Forward& forward : rules.forwards) forwards.push_back(model::text_of(forward));
  std::string line = rules.nat ? " @nat=true" : "";
  if (const auto& by = rules.bridge_nat) line += fmt::format(" @bridge-nat={}", by->empty() ? every_interface : vis(*by));
  if (!forwards.empty()) line += " @forward=" + vis(join(forwards, ";"));
  return line;
}

std::optional<model::CableRules> parse_rules(const std::string& nat, const std::string& bridge_nat, const std::string& forward) {
  model::CableRules rules{.nat = nat == "true", .bridge_nat = {}, .forwards = {}};
  if (!bridge_nat.empty()) rules.bridge_nat = bridge_nat == every_interface ? "" : bridge_nat;
  for (const std::string& text : split(forward, ';')) {
    auto one = model::parse_forward(text);
    if (!one) return std::nullopt;
    rules.forwards.push_back(std::move(*one));
  }
  return rules;
}

std::vector<model::CableId> loose_rules(const State& state) {
  std::vector<model::CableId> loose;
  for (const model::CableId& id : state.rules) {
    auto cable = state.cables.find(id);
    if (cable == state.cables.end() || cable->second.rules.empty()) loose.push_back(id);
  }
  return loose;
}

}  // namespace cellblock::record
