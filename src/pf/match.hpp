// What a rule matches, as nftables' expressions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "nft/body.hpp"
#include "pf/rule.hpp"

namespace cellblock::pf {

/// Where a rule is asked. `refuse`: before `out`, where Linux can still answer what it drops.
enum class Phase : uint8_t { in, out, refuse };

/// Any of them.
using Ways = std::vector<nft::Body>;

/// The sets that hold an address' entries: ranges and, in a table that rules fill (overload), hosts.
struct SetNames {
  std::string ranges, hosts;
};

/// What a rule's names stand for.
struct Names {
  std::function<SetNames(const Address& address, bool v6)> sets;
  std::function<std::vector<uint32_t>(const std::string& tag)> tag_bits;
};

/// The rule once for each family where it must be told which (a set holds addresses of one).
std::vector<Rule> of_families(const Rule& rule);

/// `chance`: the rule's probability counts; otherwise what it may match does.
enum class Chance : uint8_t { rolled, ignored };
Ways ways_of(const Rule& rule, Phase phase, const Names& names, Chance chance = Chance::rolled);

/// "lo0" is the kernel's lo; a name without a number at its end is a group, as "epair" of all epairs: a prefix.
std::string kernel_name(const std::string& interface);

/// Whether the packet's own interface tells if an address is one of `address`': then no set is needed.
bool is_own_address(const Rule& rule, const Address& address);

/// The connection's labels, as four numbers: flags, the rule that let it in, the one that let it out, tags. Setting adds
/// bits.
struct Label {
  uint32_t flags = 0, in = 0, out = 0, tags = 0;
  std::string bytes() const;
};
inline constexpr uint32_t flag_in = 1, flag_out = 2, flag_refused = 4, flag_unreachable = 8;
inline constexpr nft::Register label_flags = NFT_REG32_00, label_in = NFT_REG32_01, label_out = NFT_REG32_02, label_tags = NFT_REG32_03;

}  // namespace cellblock::pf
