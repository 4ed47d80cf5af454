// Entering a running jail: fork, attach, exec.
#pragma once

#include "base/error.hpp"
#include "model/jail.hpp"
#include "port/jails.hpp"

namespace cellblock::kernel {

/// Runs `entry` in `jail`, born in its cgroup (`group` is that directory, -1 to stay in the caller's). Errors are
/// those before the program ran, with FreeBSD's texts.
Result<port::Child> enter_jail(const model::Jail& jail, int group, const port::Entry& entry);

}  // namespace cellblock::kernel
