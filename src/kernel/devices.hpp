// A jail's /dev: a tmpfs with the nodes that its devfs ruleset shows.
//
// Jails with the same ruleset share one read-only tmpfs, pinned below /run/cellblock/dev and cloned in
// microseconds; as on FreeBSD nothing can be created in it. A jail that mounts for itself (linux.mount) gets a
// writable one of its own.
#pragma once

#include "base/error.hpp"
#include "conf/devfsrules.hpp"
#include "kernel/home.hpp"
#include "model/jail.hpp"
#include "sys/mount.hpp"

namespace cellblock::kernel {

/// The ruleset of mount.devfs in a jail whose devfs_ruleset is 0 (jail(8)).
inline constexpr int default_ruleset = 4;

/// What devfs(8) has made of the rulesets since boot, or else the built-in ones and those of /etc/devfs.rules.
Result<conf::DevfsRules> host_devfs_rules();

Result<sys::Tree> device_tree(const Home& home, const model::Prison& prison);

}  // namespace cellblock::kernel
