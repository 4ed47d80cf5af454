#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "probe.hpp"

namespace probe {

std::vector<std::string> arguments;

std::string errno_name(int error) {
  const char* name = ::strerrorname_np(error);
  return name ? name : std::to_string(error);
}

std::string outcome(long result) { return result == -1 ? errno_name(errno) : "OK"; }

namespace {

/// A probe may hang, crash or lose its place: each gets a process of its own.
std::string run_apart(const Probe& probe) {
  int pipe[2];
  if (::pipe(pipe) < 0) return "pipe";
  pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    ::alarm(20);
    std::string result = probe.run();
    (void)!::write(pipe[1], result.data(), result.size());
    ::_exit(0);
  }
  ::close(pipe[1]);
  std::string text;
  char buffer[512];
  for (ssize_t got; (got = ::read(pipe[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<size_t>(got));
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? std::string("SIG") + ::sigabbrev_np(WTERMSIG(status)) : text;
}

void report(const Probe& probe) {
  std::string line = std::string(probe.name) + "\t" + run_apart(probe) + "\n";
  (void)!::write(1, line.data(), line.size());
}

/// Runs the probe of that name in this process.
bool run_named(std::span<const Probe> probes, const char* name) {
  for (const Probe& one : probes) {
    if (std::strcmp(one.name, name) != 0) continue;
    std::string result = one.run() + "\n";
    (void)!::write(1, result.data(), result.size());
    return true;
  }
  return false;
}

}  // namespace

int run(std::span<char*> words) {
  const std::span<const Probe> all[] = {files(), machine(), mounts(), processes(), sockets()};
  if (words.empty()) {
    for (auto probes : all)
      for (const Probe& one : probes) report(one);
    return 0;
  }
  arguments.assign(words.begin() + 1, words.end());
  for (auto probes : all)
    if (run_named(probes, words[0])) return 0;
  for (auto probes : {named_processes(), named_sockets(), named_binds(), named_addresses(), named_allowed(), named_fuse()})
    if (run_named(probes, words[0])) return 0;
  return 2;
}

}  // namespace probe

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  return probe::run({argv + 1, argv + argc});
}
