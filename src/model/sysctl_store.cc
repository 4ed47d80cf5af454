#include "model/sysctl_store.hpp"

#include <array>

#include "base/text.hpp"

namespace cellblock::model {
namespace {

constexpr std::array defaults{
    OldStyleDefault{"security.jail.set_hostname_allowed", Allow::set_hostname, false, true},
    OldStyleDefault{"security.jail.socket_unixiproute_only", Allow::socket_af, true, true},
    OldStyleDefault{"security.jail.sysvipc_allowed", Allow::sysvipc, false, false},
    OldStyleDefault{"security.jail.allow_raw_sockets", Allow::raw_sockets, false, false},
    OldStyleDefault{"security.jail.chflags_allowed", Allow::chflags, false, false},
    OldStyleDefault{"security.jail.mount_allowed", Allow::mount, false, false},
    OldStyleDefault{"security.jail.mlock_allowed", Allow::mlock, false, false},
    OldStyleDefault{"security.jail.mount_devfs_allowed", Allow::mount_devfs, false, false},
    OldStyleDefault{"security.jail.mount_fdescfs_allowed", Allow::mount_fdescfs, false, false},
    OldStyleDefault{"security.jail.mount_nullfs_allowed", Allow::mount_nullfs, false, false},
    OldStyleDefault{"security.jail.mount_procfs_allowed", Allow::mount_procfs, false, false},
    OldStyleDefault{"security.jail.mount_tmpfs_allowed", Allow::mount_tmpfs, false, false},
    OldStyleDefault{"security.jail.mount_zfs_allowed", Allow::mount_zfs, false, false},
    OldStyleDefault{"security.jail.mount_linprocfs_allowed", Allow::mount_linprocfs, false, false},
    OldStyleDefault{"security.jail.mount_linsysfs_allowed", Allow::mount_linsysfs, false, false},
    OldStyleDefault{"security.jail.mount_fusefs_allowed", Allow::mount_fusefs, false, false},
};

}  // namespace

std::optional<std::string> SysctlStore::get(std::string_view name) const {
  auto found = values.find(name);
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

std::string SysctlStore::text() const {
  std::string out;
  for (const auto& [name, value] : values) out += fmt::format("{}={}\n", name, vis(value));
  return out;
}

SysctlStore parse_sysctl_store(std::string_view text) {
  SysctlStore store;
  for (const std::string& line : split(text, '\n')) {
    size_t equals = line.find('=');
    if (equals != line.npos && equals > 0) store.values[line.substr(0, equals)] = unvis(line.substr(equals + 1));
  }
  return store;
}

std::span<const OldStyleDefault> old_style_defaults() { return defaults; }

HostFacts host_facts(const SysctlStore& store, std::string_view uname_release) {
  HostFacts facts;
  facts.osrelease = store.get("compat.linux.osrelease").value_or(std::string(uname_release));
  facts.old_style_defaults = default_allow();
  for (const OldStyleDefault& row : defaults) {
    auto stored = store.get(row.sysctl);
    bool value = stored ? parse_int(*stored).value_or(0) != 0 : row.fallback;
    facts.old_style_defaults.set(static_cast<size_t>(row.allow), value != row.negated);
  }
  return facts;
}

}  // namespace cellblock::model
