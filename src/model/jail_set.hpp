// The rules of jail_set(2), without a kernel: what a set of parameters makes of a snapshot.
//
// Source of the rules and texts: FreeBSD sys/kern/kern_jail.c as described in jail(8) and jail_set(2).
#pragma once

#include <vector>

#include "base/error.hpp"
#include "model/param.hpp"
#include "model/snapshot.hpp"

namespace cellblock::model {

/// What the host itself is: the values that a top-level jail inherits.
struct HostFacts {
  std::string osrelease;  ///< uname -r, or sysctl compat.linux.osrelease where set
  AllowSet old_style_defaults;
};

enum class SetMode : uint8_t { create, update, create_or_update };

/// The outcome: the jail as it is to be. `created` tells whether it is new; `also` lists descendants that
/// change with it (renamed, securelevel raised, allow flag cleared, children.max lowered).
struct SetOutcome {
  Prison prison;
  bool created = false;
  std::vector<Prison> also;
};

/// Checks and computes; changes nothing. `caller` is the jail that asks (0: the host). `attaching` tells that a
/// process will enter at once, so that a new jail need not persist.
/// Errors: FreeBSD's texts (`jail "web" already exists`, `prison limit exceeded`); where FreeBSD gives only an
/// errno the chain is empty and Error::sys is set.
Result<SetOutcome> jail_set(const Snapshot& now, const HostFacts& host, JailId caller,
                            const std::vector<Setting>& settings, SetMode mode, bool attaching);

}  // namespace cellblock::model
