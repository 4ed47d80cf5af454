// How long states last: pf's names for it, and connection tracking's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nft/table.hpp"
#include "pf/rule.hpp"

namespace cellblock::pf {

/// In seconds: more don't fit into the kernel's ticks.
inline constexpr uint32_t longest_timeout = 4'000'000;

/// Whether `set timeout` can set that one here.
bool is_timeout(std::string_view name);
/// What `set optimization` stands for.
std::optional<Timeouts> timeouts_of(std::string_view optimization);
/// The kernel's objects for them. Their names say what they hold: one that stays keeps its connections.
std::vector<nft::ConnectionTimeout> objects_of(const Timeouts& timeouts);

/// All in pf's order, with the sysctl behind net.netfilter.nf_conntrack_ that counts where none is set.
struct TimeoutName {
  std::string_view name, setting;
};
std::vector<TimeoutName> timeout_names();

}  // namespace cellblock::pf
