// interleave ROUNDS [-v] -- LABEL COMMAND [ARG...] [-- LABEL COMMAND [ARG...]]...
//
// Runs each command once a round, so that what else the machine does hits each of them alike, in an order drawn anew
// each time. Each run begins 20 ms after the one before: what that one left to the kernel to clean up (mounts, groups)
// is done by then. Without the pause a jail that runs next to runc took 9.0 ms (90 %: 12.7), alone 6.9 (7.3).
// Prints one line for each: LABEL, then the fastest, the median and the slowest-but-a-tenth run in microseconds,
// separated by tabs. A run is vfork(2), execve(2) and the wait for its end, with descriptors 0 and 1 on /dev/null. A
// run that fails ends everything: a command that does not work is not fast. A label NAME@PATH joins the mount namespace
// PATH first.
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>
#include <string>
#include <vector>

namespace {

struct Command {
  std::string label;
  int mounts = -1;  ///< its mount namespace, -1: ours
  std::vector<char*> argv;
  std::vector<double> times;
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "interleave: %s\n", why.c_str());
  std::exit(1);
}

double now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

/// Looks argv[0] up in PATH once, so that no run pays for it.
std::string find_program(const char* name) {
  if (std::strchr(name, '/')) return name;
  std::string path = std::getenv("PATH") ? std::getenv("PATH") : "/usr/bin:/bin";
  for (size_t at = 0; at <= path.size();) {
    size_t end = std::min(path.find(':', at), path.size());
    std::string file = path.substr(at, end - at) + "/" + name;
    if (::access(file.c_str(), X_OK) == 0) return file;
    at = end + 1;
  }
  give_up(std::string(name) + " is not in PATH");
}

void open_namespace(Command& command) {
  size_t at = command.label.find('@');
  if (at == std::string::npos) return;
  std::string path = command.label.substr(at + 1);
  command.label.resize(at);
  command.mounts = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (command.mounts < 0) give_up("no namespace " + path);
}

std::vector<Command> parse(int argc, char** argv, int at) {
  std::vector<Command> commands;
  while (at + 2 < argc && std::strcmp(argv[at], "--") == 0) {
    Command command{.label = argv[at + 1]};
    for (at += 2; at < argc && std::strcmp(argv[at], "--") != 0; at++) command.argv.push_back(argv[at]);
    command.argv[0] = ::strdup(find_program(command.argv[0]).c_str());
    command.argv.push_back(nullptr);
    open_namespace(command);
    commands.push_back(std::move(command));
  }
  if (commands.empty() || at != argc) give_up("usage: interleave ROUNDS -- LABEL COMMAND [ARG...] [-- ...]");
  return commands;
}

/// What runs between vfork and execve: system calls only.
[[noreturn]] void become(const Command& command, int nothing) {
  if (command.mounts >= 0 && ::setns(command.mounts, CLONE_NEWNS) < 0) ::_exit(126);
  ::dup2(nothing, 0);
  ::dup2(nothing, 1);
  ::execv(command.argv[0], command.argv.data());
  ::_exit(127);
}

void settle() {
  constexpr timespec pause{.tv_sec = 0, .tv_nsec = 20'000'000};
  ::nanosleep(&pause, nullptr);
}

/// One run's time.
double run(const Command& command, int nothing) {
  settle();
  double start = now();
  pid_t child = ::vfork();
  if (child == 0) become(command, nothing);
  if (child < 0) give_up("vfork");
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  double end = now();
  if (status != 0) {
    give_up(command.label + ": " + (WIFEXITED(status) ? "exit status " + std::to_string(WEXITSTATUS(status))
                                                      : "signal " + std::to_string(WTERMSIG(status))));
  }
  return end - start;
}

double quantile(const std::vector<double>& sorted, double part) {
  return sorted[static_cast<size_t>(part * static_cast<double>(sorted.size() - 1) + 0.5)];
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = argc > 1 ? std::atoi(argv[1]) : 0;
  if (rounds <= 0) give_up("usage: interleave ROUNDS -- LABEL COMMAND [ARG...] [-- ...]");
  std::vector<Command> commands = parse(argc, argv, 2);
  int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (auto& command : commands) run(command, nothing);  // the first run only warms caches
  std::vector<Command*> order;
  for (auto& command : commands) order.push_back(&command);
  std::mt19937 dice(1);
  for (int round = 0; round < rounds; round++) {
    std::shuffle(order.begin(), order.end(), dice);
    for (Command* command : order) command->times.push_back(run(*command, nothing));
  }
  for (auto& command : commands) {
    std::sort(command.times.begin(), command.times.end());
    std::printf("%s\t%.0f\t%.0f\t%.0f\n", command.label.c_str(), command.times.front(), quantile(command.times, 0.5),
                quantile(command.times, 0.9));
  }
}
