// cellblock bsd: FreeBSD's commands under their own names, for one shell or one command.
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "common/own_folder.hpp"
#include "verb.hpp"

namespace cellblock {
namespace {

Result<int> run(const Words& words) {
  CB_TRY(std::string folder, own_folder());
  std::string bsd = folder + "/../libexec/cellblock/bsd";
  char* resolved = ::realpath(bsd.c_str(), nullptr);
  if (!resolved) return sys_fail(errno, "{}", bsd);
  bsd = resolved;
  ::free(resolved);
  const char* old = ::getenv("PATH");
  std::string path = bsd + ":" + folder + ":" + folder + "/../sbin:" + (old && *old ? old : "/usr/sbin:/usr/bin:/sbin:/bin");
  ::setenv("PATH", path.c_str(), 1);
  // Its own manual first, then the usual ones.
  const char* manuals = ::getenv("MANPATH");
  ::setenv("MANPATH", (bsd + "/../../../share/cellblock/man:" + (manuals ? manuals : "")).c_str(), 1);
  const char* shell = ::getenv("SHELL");
  Words command = words.empty() ? Words{shell && *shell ? shell : "/bin/sh"} : words;
  if (command[0] == "--") command.erase(command.begin());
  if (command.empty()) return 2;
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  int error = errno;
  fmt::print(stderr, "cellblock: {}: {}\n", command[0], strerror_of(error));
  return error == ENOENT ? 127 : 126;  // as a shell has it
}

}  // namespace

const Verb bsd_verb{
    "bsd", "[COMMAND [ARGUMENT...]]", "run a shell or one command that finds FreeBSD's commands first",
    "Puts the folder that holds FreeBSD's commands (mount, sysctl, ifconfig, route, service, sysrc ...) in front\n"
    "of PATH and runs COMMAND, or your shell without one. They behave as on FreeBSD: same options, output and\n"
    "exit status. Outside of such a shell this system's own commands keep their names.\n"
    "\n"
    "  cellblock bsd mount -t nullfs /usr/ports /jails/www/usr/ports\n"
    "  cellblock bsd service jail start www\n"
    "  cellblock bsd sysctl security.jail.allow_raw_sockets=1\n",
    run};

}  // namespace cellblock
