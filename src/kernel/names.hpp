// The host and domain names that running jails have by now.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fd.hpp"
#include "model/jail.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {

/// What the jails call themselves by now: root in a jail may have set its host name, as on FreeBSD.
class Names {
 public:
  /// Takes the names of the jail's process 1 into `prison`; false when it does not run any more.
  bool take(model::Prison& prison, const model::Runtime& runtime) {
    if (!runtime.keeper) return false;
    auto keeper = sys::open_marked(runtime.keeper, {runtime.keeper_inode, runtime.keeper_start});
    if (!keeper) return keeper.error().why != Why::absent;  // what can't be looked at is not dead for that
    if (prison.host == model::Sys::inherit || !own_) return !sys::wait_end(keeper->get(), 0).value_or(false);
    // An ended process has no namespaces any more: no need to ask whether it has, which counts with 1,000 jails.
    if (::setns(keeper->get(), CLONE_NEWUTS) < 0) return errno != ESRCH;
    away_ = true;
    utsname names{};
    if (::uname(&names) == 0) {
      prison.hostname = names.nodename;
      prison.domainname = names.domainname;
    }
    return true;
  }
  ~Names() {
    if (away_ && ::setns(own_.get(), CLONE_NEWUTS) < 0) ::_exit(1);  // never go on under a jail's name
  }

 private:
  Fd own_{::open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC)};
  bool away_ = false;
};

}  // namespace cellblock::kernel
