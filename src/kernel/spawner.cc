#include "kernel/spawner.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>

#include "sys/file.hpp"

namespace cellblock::kernel {

Result<Place> Place::here() {
  Place place;
  CB_TRY(place.mounts_, sys::open("/proc/self/ns/mnt", O_RDONLY));
  CB_TRY(place.root_, sys::open("/", O_PATH | O_DIRECTORY));
  place.directory_ = Fd(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));  // may be gone or closed to us
  return place;
}

Result<> Place::return_to() const {
  if (::setns(mounts_.get(), CLONE_NEWNS) < 0 || ::fchdir(root_.get()) < 0 || ::chroot(".") < 0)
    return sys_fail(errno, "returning to the host's mount namespace");
  if (directory_) (void)!::fchdir(directory_.get());
  return {};
}

Result<Fd> open_in_spawner(int spawner, const char* path) {
  CB_TRY(Place place, Place::here());
  if (::setns(spawner, CLONE_NEWNS) < 0) return sys_fail(errno, "spawner namespace");
  Fd file(::open(path, O_PATH | O_CLOEXEC));
  int error = errno;
  CB_CHECK(place.return_to());
  if (!file) return sys_fail(error, "{}", path + 1);
  return file;
}

}  // namespace cellblock::kernel
