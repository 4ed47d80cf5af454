// The journal's lines of cables and bridges, and what is asked about them.
#include "base/text.hpp"
#include "record/journal.hpp"
#include "record/rules.hpp"

namespace cellblock::record {

using model::CableId;

namespace {

std::string encode(const CableId& id) { return id.name.empty() ? fmt::format("{}", id.jid) : fmt::format("{}/{}", id.jid, vis(id.name)); }

}  // namespace

std::string cable_line(const CableId& id, const CableMade& made) {
  std::string line = fmt::format("cable {} @like={}{}{}{}{} {} {}", encode(id), made.like, made.isolated ? " @isolated=true" : "",
                                 made.vlans.empty() ? "" : " @vlans=" + text_of(made.vlans),
                                 made.gateways.empty() ? "" : " @via=" + join(made.gateways, ";"), marks_of(made.rules),
                                 vis(made.bridge), vis(made.near));
  for (const model::CableAddress& one : made.addresses) line += fmt::format(" {}/{}", vis(one.address), one.prefix);
  return line + "\n";
}

std::string joined_line(std::span<const CableId> ids) {
  std::string line = "joined";
  for (const CableId& id : ids) line += " " + encode(id);
  return line + "\n";
}

std::string joined_cable_lines(const CableId& id, const CableMade& made) { return cable_line(id, made) + joined_line({&id, 1}); }

std::string uncable_line(const CableId& id) { return fmt::format("uncable {}\n", encode(id)); }
std::string bridge_line(std::string_view bridge) { return fmt::format("bridge {}\n", vis(bridge)); }
std::string unbridge_line(std::string_view bridge) { return fmt::format("unbridge {}\n", vis(bridge)); }

std::string hold_line(const Segment& segment) { return fmt::format("hold {} {}\n", vis(segment.first), segment.second); }
std::string unhold_line(const Segment& segment) { return "un" + hold_line(segment); }

std::string rules_line(const CableId& id) { return fmt::format("rules {}\n", encode(id)); }
std::string unrules_line(const CableId& id) { return fmt::format("unrules {}\n", encode(id)); }

std::vector<CableId> cables_at(const State& state, const std::string& segment, const std::string& address) {
  std::vector<CableId> ids;
  auto is_there = [&](const auto& one) { return std::get<0>(one) == segment && std::get<1>(one) == address; };
  for (auto it = state.cable_addresses.lower_bound({segment, address, CableId()}); it != state.cable_addresses.end() && is_there(*it); ++it)
    ids.push_back(std::get<2>(*it));
  return ids;
}

bool has_cables(const State& state, const std::string& segment) {
  auto first = state.cable_addresses.lower_bound({segment, "", CableId()});
  return first != state.cable_addresses.end() && std::get<0>(*first) == segment;
}

std::vector<std::string> idle_bridges(const State& state) {
  if (state.bridges.empty()) return {};
  std::set<std::string, std::less<>> idle = state.bridges;
  for (const Segment& segment : state.held) idle.erase(segment.first);
  for (const auto& [id, made] : state.cables) idle.erase(made.bridge);
  return {idle.begin(), idle.end()};
}

}  // namespace cellblock::record
