// Entering a running jail: fork, attach, exec.
#pragma once

#include "base/error.hpp"
#include "kernel/users.hpp"
#include "model/jail.hpp"
#include "port/jails.hpp"

namespace cellblock::kernel {

/// Runs `entry` in `jail`, born in its cgroup (`group` is that directory, -1 to stay in the caller's). Errors are
/// those before the program ran, with FreeBSD's texts.
Result<port::Child> enter_jail(const model::Jail& jail, int group, const port::Entry& entry);

/// The same from inside the jail around it: the warden has given `keeper`, a descriptor of the jail's process 1,
/// and has looked `user` up; it puts the child into the jail's cgroup when the child asks.
Result<port::Child> enter_from_jail(const model::Jail& jail, const Fd& keeper, const port::Entry& entry,
                                    std::optional<User> user);

}  // namespace cellblock::kernel
