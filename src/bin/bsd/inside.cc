#include "inside.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "kernel/open.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

/// This program in memory, where no process of the jail can change it: the file itself is the host's.
Result<Fd> sealed_copy() {
  constexpr unsigned executable = 0x10;  // MFD_EXEC, Linux 6.3; before that every memory file is
  Fd copy(::memfd_create("bsdbox", MFD_CLOEXEC | MFD_ALLOW_SEALING | executable));
  if (!copy && errno == EINVAL) copy = Fd(::memfd_create("bsdbox", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!copy) return sys_fail(errno, "memfd_create");
  CB_TRY(Fd self, sys::open("/proc/self/exe", O_RDONLY));
  CB_TRY(struct stat status, sys::status_of(self.get()));
  for (off_t left = status.st_size; left > 0;) {
    ssize_t sent = ::sendfile(copy.get(), self.get(), nullptr, static_cast<size_t>(left));
    if (sent <= 0) return sys_fail(sent < 0 ? errno : EIO, "sendfile");
    left -= sent;
  }
  if (::fcntl(copy.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0) return sys_fail(errno, "seals");
  return copy;
}

Result<int> run(std::string_view word, const Words& words) {
  CB_TRY(std::unique_ptr<port::Jails> jails, kernel::open_jails());
  CB_TRY(model::Jail jail, jails->find(word));
  CB_TRY(Fd program, sealed_copy());
  port::Entry entry;
  entry.argv = words;
  entry.program = program.get();
  entry.clean = true;
  entry.directory = "/";
  CB_TRY(port::Child child, jails->enter(jail.prison.jid, entry));
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  jails->left(jail.prison.jid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int run_inside(std::string_view jail, const Words& words) {
  auto status = run(jail, words);
  if (status) return *status;
  warnx(words[0], "{}", status.error().text());
  return 1;
}

}  // namespace cellblock::bsd
