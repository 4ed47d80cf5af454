#include "common/own_folder.hpp"

#include <unistd.h>

#include <cerrno>
#include <climits>

namespace cellblock {

Result<std::string> own_folder() {
  char path[PATH_MAX];
  ssize_t size = ::readlink("/proc/self/exe", path, sizeof path);
  if (size < 0) return sys_fail(errno, "/proc/self/exe");
  std::string program(path, static_cast<size_t>(size));
  return program.substr(0, program.rfind('/'));
}

}  // namespace cellblock
