#include "kernel/fuse_abort.hpp"

#include <fcntl.h>

#include "base/text.hpp"
#include "model/jail.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"

namespace cellblock::kernel {

Result<> abort_user_file_systems(uint32_t uid_base) {
  if (uid_base == 0) return {};
  auto connections = sys::Tree::create("fusectl", {}, 0);
  if (!connections) return connections.error().sys == ENODEV ? Result<>() : pass(connections.error());
  for (const std::string& name : sys::directories_in(connections->fd())) {
    struct stat status {};
    if (::fstatat(connections->fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) continue;  // ended meanwhile
    if (status.st_uid < uid_base || status.st_uid - uid_base >= model::ids_per_jail) continue;
    auto ended = sys::write_at(connections->fd(), (name + "/abort").c_str(), "1");
    if (!ended && ended.error().why != Why::absent) return ended;
  }
  return {};
}

}  // namespace cellblock::kernel
