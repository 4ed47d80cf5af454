#include "kernel/root_stack.hpp"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "kernel/policy.hpp"
#include "net/network.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {

bool root_owns_stack(const model::Prison& prison) {
  return prison.vnet == model::Sys::fresh && prison.linux_userns == model::Sys::inherit && prison.securelevel < 3;
}

/// Of the root of the user namespace `users`; -1: of the host's.
static Result<Fd> stack_of_root(int users) {
  Result<Fd> made = fail(Why::failed, "helper");
  CB_CHECK(sys::run_sharing([&] {
    const bool is_there = users < 0 || (::setns(users, CLONE_NEWUSER) == 0 && ::syscall(SYS_setresgid, 0, 0, 0) == 0 &&
                                        ::syscall(SYS_setresuid, 0, 0, 0) == 0);
    if (!is_there || ::unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) made = sys_fail(errno, "network namespace of root's own");
    else made = net::own_network();
  }));
  return made;
}

Result<Fd> network_before(const Home& home, const model::Prison& prison, const model::Runtime* parent) {
  if (!root_owns_stack(prison)) return !parent && stack_of(prison) == Stack::nowhere ? home.nonet() : Result<Fd>(Fd());
  if (!parent || !parent->uid_base) return stack_of_root(-1);
  CB_TRY(Fd keeper, sys::open_process(parent->keeper, {parent->keeper_inode, parent->keeper_start}), "jail around it");
  return stack_of_root(keeper.get());
}

}  // namespace cellblock::kernel
