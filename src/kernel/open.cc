#include "kernel/open.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "kernel/host_jails.hpp"
#include "kernel/host_links.hpp"
#include "kernel/host_mounts.hpp"
#include "kernel/host_programs.hpp"
#include "kernel/jailed_jails.hpp"
#include "kernel/policy.hpp"

namespace cellblock::kernel {

bool jailed() {
  static const bool inside = ::syscall(jail_call, 0, 0, 0) == 0 || errno != ENOSYS;
  return inside;
}

Result<std::unique_ptr<port::Jails>> open_jails() {
  if (jailed()) return std::unique_ptr<port::Jails>(new JailedJails);
  CB_TRY(std::unique_ptr<HostJails> jails, HostJails::open());
  return std::unique_ptr<port::Jails>(std::move(jails));
}

std::unique_ptr<port::Mounts> open_mounts() { return std::make_unique<HostMounts>(); }
std::unique_ptr<port::Links> open_links() { return std::make_unique<HostLinks>(); }
std::unique_ptr<port::Programs> open_programs() { return std::make_unique<HostPrograms>(); }

}  // namespace cellblock::kernel
