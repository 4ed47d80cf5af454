#include "net/settings.hpp"

#include <fcntl.h>
#include "sys/compat.hpp"

#include <cstdlib>

#include "net/network.hpp"
#include "sys/file.hpp"

namespace cellblock::net {
namespace {

/// The dearer a new /proc, the more; the longer a search, the fewer: anything from 16 to 256 costs the same.
constexpr unsigned most_stacks = 64;

}  // namespace

Result<Fd> Settings::open(int network, const char* path) {
  if (!proc_ || stacks_++ == most_stacks) {
    CB_TRY(proc_, sys::Tree::create("proc", {}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
    stacks_ = 1;
  }
  CB_TRY(Fd settings, sys::open_at(proc_.fd(), "sys/net", O_PATH | O_DIRECTORY));
  CB_TRY(Fd home, own_network());
  CB_CHECK(enter_network(network));
  auto folder = sys::open_at(settings.get(), path, O_PATH | O_DIRECTORY);  // what is there depends on who looks
  if (!enter_network(home.get())) std::abort();
  return folder;
}

}  // namespace cellblock::net
