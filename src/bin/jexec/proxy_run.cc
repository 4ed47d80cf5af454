// For proxy_test: `proxy_run [-n] [-g] command...` is jexec without a jail. -n runs the command in a process
// id namespace of its own, with somebody else as its process 1; -g in a process group of its own. `proxy_run
// --log` prints "ready", then the number of each signal it gets ("N value V" for sigqueue(3)'s). `proxy_run
// --exit N` exits with N; `proxy_run --die N` kills itself by signal N; `proxy_run --kind FD` with 0 if it is
// closed, 1 a directory, 2 another file.
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "inherited.hpp"
#include "proxy.hpp"
#include "signals.hpp"

using namespace cellblock::jexec;

namespace {

void make_namespace() {
  if (::unshare(CLONE_NEWPID) != 0) ::_exit(99);
  if (::fork() == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setsid();
    for (int fd = 0; fd < 64; ++fd) ::close(fd);
    for (;;) ::pause();
  }
}

int kind_of(int fd) {
  struct stat status;
  if (::fstat(fd, &status) != 0) return 0;
  return S_ISDIR(status.st_mode) ? 1 : 2;
}

[[noreturn]] void log_signals() {
  change_mask(SIG_BLOCK, every_signal);
  ::dprintf(1, "ready\n");
  for (;;) {
    siginfo_t info;
    int signal = next_signal(every_signal, info);
    if (info.si_code == SI_QUEUE)
      ::dprintf(1, "%d value %d\n", signal, info.si_value.sival_int);
    else
      ::dprintf(1, "%d\n", signal);
  }
}

int die(int signal) {
  restore_default(signal);
  return ::kill(::getpid(), signal);
}

}  // namespace

int main(int argc, char** argv) {
  Group group = Group::shared;
  int at = 1;
  for (; at < argc && argv[at][0] == '-'; ++at) {
    if (std::strcmp(argv[at], "--log") == 0) log_signals();
    if (std::strcmp(argv[at], "--exit") == 0) return std::atoi(argv[at + 1]);
    if (std::strcmp(argv[at], "--die") == 0) return die(std::atoi(argv[at + 1]));
    if (std::strcmp(argv[at], "--kind") == 0) return kind_of(std::atoi(argv[at + 1]));
    if (std::strcmp(argv[at], "-n") == 0) make_namespace();
    if (std::strcmp(argv[at], "-g") == 0) group = Group::own;
  }
  if (at == argc) return 99;
  auto inherited = inherited_descriptors();
  withhold_directories(inherited);
  prepare(group);
  pid_t child = ::fork();
  if (child == 0) {
    before_exec();
    ::execvp(argv[at], argv + at);
    ::_exit(98);
  }
  end_like(follow(child, inherited));
}
