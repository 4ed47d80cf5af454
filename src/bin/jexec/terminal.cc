#include "terminal.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.hpp"

namespace cellblock::jexec {
namespace {

// Opened for each use: a descriptor kept open would keep a pseudo-terminal from hanging up when the command
// has closed its own.
Fd open_terminal() { return Fd(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)); }

}  // namespace

std::optional<pid_t> foreground_group() {
  Fd terminal = open_terminal();
  if (!terminal) return std::nullopt;
  pid_t group = ::tcgetpgrp(terminal.get());
  if (group < 0) return std::nullopt;
  return group;
}

bool hand_over(pid_t from, pid_t to) {
  Fd terminal = open_terminal();
  if (!terminal || ::tcgetpgrp(terminal.get()) != from) return false;
  // With SIGTTOU blocked, as the proxy has it, a background process may do this (credentials(7), termios(3)).
  return ::tcsetpgrp(terminal.get(), to) == 0;
}

}  // namespace cellblock::jexec
