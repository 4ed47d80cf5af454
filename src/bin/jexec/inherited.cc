#include "inherited.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include "base/fd.hpp"

namespace cellblock::jexec {

std::vector<int> inherited_descriptors() {
  std::vector<int> found;
  Fd directory(::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return {0, 1, 2};
  // getdents64(2) directly: opendir(3) allocates 32 KB for what is five names on most days.
  alignas(dirent64) char buffer[2048];
  for (;;) {
    ssize_t size = ::getdents64(directory.get(), buffer, sizeof buffer);
    if (size <= 0) return found;
    for (ssize_t at = 0; at < size;) {
      auto* entry = reinterpret_cast<dirent64*>(buffer + at);
      at += entry->d_reclen;
      if (entry->d_name[0] == '.') continue;
      int fd = std::atoi(entry->d_name);
      int flags = ::fcntl(fd, F_GETFD);
      if (flags >= 0 && !(flags & FD_CLOEXEC)) found.push_back(fd);
    }
  }
}

void withhold_directories(const std::vector<int>& descriptors) {
  for (int fd : descriptors) {
    struct stat status;
    if (::fstat(fd, &status) != 0 || !S_ISDIR(status.st_mode)) continue;
    if (fd > 2) {
      ::fcntl(fd, F_SETFD, FD_CLOEXEC);
      continue;
    }
    Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null || ::dup2(null.get(), fd) < 0) ::close(fd);
  }
}

}  // namespace cellblock::jexec
