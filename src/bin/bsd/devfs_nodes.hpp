// Device nodes on disk: what a devfs shows, made in a directory.
#pragma once

#include "base/error.hpp"
#include "conf/devfsrules.hpp"
#include "model/device.hpp"

namespace cellblock::bsd {

/// For kernel::host_devfs_rules().
Result<> save_devfs_rules(const conf::DevfsRules& rules);

/// The devices of this host: what lies below /dev, pseudo terminals and other file systems left out.
model::DeviceTree host_devices(const std::string& dev);

conf::devfs::Owners host_owners();

/// Makes the directory look like `tree`: nodes that are missing are made, the others are taken away.
Result<> make_devices(int directory, const model::DeviceTree& tree);

}  // namespace cellblock::bsd
