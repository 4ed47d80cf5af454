// Entering a running jail: fork, attach, exec.
#pragma once

#include <vector>

#include "base/error.hpp"
#include "kernel/users.hpp"
#include "model/jail.hpp"
#include "port/jails.hpp"

namespace cellblock::kernel {

/// The cgroup in which an entry is born: the jail's own, or the one below it whose sockets use routing table `fib` of
/// the jail's network stack (exec.fib). `groups`: the root of the hierarchy.
Result<Fd> entry_group(int groups, const model::Runtime& runtime, uint32_t fib);

/// Runs `entry` in `jail`, born in its cgroup (`group` is that directory, -1 to stay in the caller's). Errors are
/// those before the program ran, with FreeBSD's texts.
Result<port::Child> enter_jail(const model::Jail& jail, int group, const port::Entry& entry);

/// The namespaces of a jail's process 1, in the order of namespace_files(). Descriptors rather than the process:
/// setns(2) by pidfd is a ptrace access, which Landlock refuses across its domains.
struct Namespaces {
  Fd pid;
  std::vector<Fd> others;  ///< the user namespace first, if the jail has one of its own
};
/// Names in /proc/PID/ns: "pid", then the others that the jail does not share with the one around it.
std::vector<const char*> namespace_files(const model::Prison& prison);

/// The same from inside the jail around it: the warden has given the namespaces and has looked `user` up; it
/// puts the child into the jail's cgroup when the child asks.
Result<port::Child> enter_from_jail(const model::Jail& jail, const Namespaces& namespaces, const port::Entry& entry,
                                    std::optional<User> user);

}  // namespace cellblock::kernel
