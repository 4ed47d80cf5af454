#include "inside.hpp"

#include <sys/wait.h>

#include <cerrno>

#include "kernel/open.hpp"

namespace cellblock::bsd {
namespace {

Result<int> run(std::string_view word, const Words& words) {
  CB_TRY(std::unique_ptr<port::Jails> jails, kernel::open_jails());
  CB_TRY(model::Jail jail, jails->find(word));
  port::Entry entry;
  entry.argv = words;
  entry.own_command = true;
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
