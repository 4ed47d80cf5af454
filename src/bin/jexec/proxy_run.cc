// For proxy_test: `proxy_run [-n] [-g] command...` is jexec without a jail. -n runs the command in a process id
// namespace of its own, with somebody else as its process 1; -g in a process group of its own.
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "inherited.hpp"
#include "proxy.hpp"

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

}  // namespace

int main(int argc, char** argv) {
  using namespace cellblock::jexec;
  Stance stance;
  int at = 1;
  for (; at < argc && argv[at][0] == '-'; ++at) {
    if (std::strcmp(argv[at], "-n") == 0) make_namespace();
    if (std::strcmp(argv[at], "-g") == 0) stance.own_group = true;
  }
  if (at == argc) return 99;
  auto inherited = inherited_descriptors();
  prepare(stance);
  pid_t child = ::fork();
  if (child == 0) {
    before_exec();
    ::execvp(argv[at], argv + at);
    ::_exit(98);
  }
  end_like(follow(child, inherited));
}
