// Device nodes on disk: what a devfs shows, made in a directory.
#pragma once

#include "base/error.hpp"
#include "conf/devfsrules.hpp"
#include "model/device.hpp"

namespace cellblock::bsd {

/// Rulesets as changed by devfs(8), while the host is up.
inline constexpr const char* devfs_state_path = "/run/cellblock/devfs.rules";

/// The built-in rulesets and those of /etc/devfs.rules, or what devfs(8) has made of them.
conf::DevfsRules load_devfs_rules();
Result<> save_devfs_rules(const conf::DevfsRules& rules);

/// The devices of this host: what lies below /dev, pseudo terminals and other file systems left out.
model::DeviceTree host_devices(const std::string& dev);

conf::devfs::Owners host_owners();

/// Makes the directory look like `tree`: nodes that are missing are made, the others are taken away.
Result<> make_devices(int directory, const model::DeviceTree& tree);

}  // namespace cellblock::bsd
