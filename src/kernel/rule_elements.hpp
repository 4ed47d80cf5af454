// What cables need of the packet filter, as elements of sets and maps: one for each address that is hidden and one for
// each port that is led, so that the rules stay the same however many jails there are. Pure.
#pragma once

#include <compare>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "nft/table.hpp"
#include "record/journal.hpp"

namespace cellblock::kernel {

/// The sets and maps. Names of interfaces are keys of 16 bytes, protocols and ports of four.
namespace rule_set {
inline constexpr std::string_view bridges = "bridges";          ///< the same bridge twice, or nothing and a bridge: in . out
inline constexpr std::string_view networks = "networks";        ///< bridges of which everything is hidden
inline constexpr std::string_view networks_by = "networks_by";  ///< beyond one interface: in . out
inline constexpr std::string_view hidden[] = {"hidden4", "hidden6"};    ///< bridge . address
inline constexpr std::string_view forward[] = {"forward4", "forward6"}; ///< protocol . address or zeros . port: address . port
inline constexpr std::string_view limited[] = {"limited4", "limited6"}; ///< the same, for sources behind that
}  // namespace rule_set

/// All of them, for a table without.
std::span<const nft::Set> rule_sets();

struct Entry {
  std::string key, key_end, value;
  friend auto operator<=>(const Entry&, const Entry&) = default;
};

/// By the name of the set.
using Entries = std::map<std::string_view, std::set<Entry>>;

/// Adds what one cable needs.
void append_entries(Entries& entries, const record::CableMade& cable);

}  // namespace cellblock::kernel
