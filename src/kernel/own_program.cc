#include "kernel/own_program.hpp"

#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cerrno>

#include "sys/file.hpp"

namespace cellblock::kernel {

Result<std::string> own_program(const std::string& name) {
  char self[PATH_MAX];
  ssize_t length = ::readlink("/proc/self/exe", self, sizeof self);
  if (length <= 0) return sys_fail(errno, "/proc/self/exe");
  std::string folder(self, static_cast<size_t>(length)), path;
  // bin/jail and libexec/cellblock/bsd/bsdbox: as many folders up as there are.
  while (folder.size() > 1) {
    folder.resize(folder.rfind('/'));
    path = folder + "/libexec/cellblock/" + name;
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return sys_fail(ENOENT, "libexec/cellblock/{} near {}", name, std::string_view(self, static_cast<size_t>(length)));
}

Result<Fd> sealed_commands() {
  constexpr unsigned executable = 0x10;  // MFD_EXEC, Linux 6.3; before that every memory file is
  constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  Fd copy(::memfd_create("bsdbox", flags | executable));
  if (!copy && errno == EINVAL) copy = Fd(::memfd_create("bsdbox", flags));
  if (!copy) return sys_fail(errno, "memfd_create");
  CB_TRY(std::string path, own_program("bsd/bsdbox"));
  CB_TRY(Fd file, sys::open(path, O_RDONLY));
  CB_TRY(struct stat status, sys::status_of(file.get()));
  for (off_t left = status.st_size; left > 0;) {
    ssize_t sent = ::sendfile(copy.get(), file.get(), nullptr, static_cast<size_t>(left));
    if (sent <= 0) return sys_fail(sent < 0 ? errno : EIO, "{}", path);
    left -= sent;
  }
  if (::fcntl(copy.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0) return sys_fail(errno, "seals");
  return copy;
}

}  // namespace cellblock::kernel
