#include "kernel/standpoint.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>

#include "sys/file.hpp"

namespace cellblock::kernel {

Result<Standpoint> Standpoint::of(const Notification& call) {
  auto of_caller = [&](const char* what) { return fmt::format("/proc/{}/{}", call.pid(), what); };
  Standpoint here;
  CB_TRY(here.mounts_, sys::open(of_caller("ns/mnt"), O_RDONLY));
  CB_TRY(here.root_, sys::open(of_caller("root"), O_PATH | O_DIRECTORY));
  CB_TRY(here.directory_, sys::open(of_caller("cwd"), O_PATH | O_DIRECTORY));
  CB_TRY(here.descriptors_, sys::open("/proc/self/fd", O_PATH | O_DIRECTORY));
  if (!call.valid()) return bare_fail(ESRCH);
  return here;
}

Result<> Standpoint::enter() const {
  if (::setns(mounts_.get(), CLONE_NEWNS) < 0 || ::fchdir(root_.get()) < 0 || ::chroot(".") < 0 ||
      ::fchdir(directory_.get()) < 0)
    return bare_fail(errno);
  return {};
}

Result<Fd> Standpoint::open(const std::string& path, int more_flags) const {
  return sys::open_resolved(AT_FDCWD, path.c_str(), O_PATH | more_flags, RESOLVE_NO_MAGICLINKS);
}

Result<> Standpoint::go_to_descriptors() const {
  return ::fchdir(descriptors_.get()) < 0 ? Result<>(bare_fail(errno)) : Result<>();
}

}  // namespace cellblock::kernel
