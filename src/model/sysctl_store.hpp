// sysctl(8) variables that no Linux kernel has: what an administrator set, kept as text in one file, and what
// jails make of it. Values only; the file is read and written by its users.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/jail_set.hpp"

namespace cellblock::model {

/// Gone with the next boot, like everything that sysctl(8) sets.
inline constexpr const char* sysctl_store_path = "/run/cellblock/sysctl";

/// `name=value` lines, values in the way of vis(3); whatever else stands there is dropped.
struct SysctlStore {
  std::map<std::string, std::string, std::less<>> values;

  std::optional<std::string> get(std::string_view name) const;
  std::string text() const;
};
SysctlStore parse_sysctl_store(std::string_view text);

/// One of the deprecated defaults that `jail PATH HOSTNAME IP COMMAND` copies into the jail it makes.
struct OldStyleDefault {
  std::string_view sysctl;
  Allow allow;
  bool negated;   ///< socket_unixiproute_only: 1 is the absence of allow.socket_af
  bool fallback;  ///< the sysctl's own value as FreeBSD boots
};
std::span<const OldStyleDefault> old_style_defaults();

/// `uname_release` is the host's own.
HostFacts host_facts(const SysctlStore& store, std::string_view uname_release);

}  // namespace cellblock::model
