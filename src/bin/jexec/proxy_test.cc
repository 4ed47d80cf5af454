#include "proxy.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/fd.hpp"

namespace cellblock::jexec {
namespace {

const std::string proxy_run = PROXY_RUN;

struct Pipe {
  Fd read, write;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    read = Fd(ends[0]);
    write = Fd(ends[1]);
  }
};

/// A child of the test, in a process group of its own, with `out` as standard output.
pid_t start(std::vector<std::string> arguments, const Fd* out = nullptr, const Fd* in = nullptr) {
  pid_t pid = ::fork();
  if (pid != 0) {
    ::setpgid(pid, pid);
    return pid;
  }
  ::setpgid(0, 0);
  if (out) ::dup2(out->get(), 1);
  if (in) ::dup2(in->get(), 0);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  ::_exit(97);
}

int wait_for(pid_t pid, int options = 0) {
  int status = -1;
  EXPECT_EQ(::waitpid(pid, &status, options), pid);
  return status;
}

bool readable(const Fd& fd, int milliseconds = 10000) {
  pollfd wait{fd.get(), POLLIN, 0};
  return ::poll(&wait, 1, milliseconds) == 1;
}

std::string read_line(const Fd& fd) {
  std::string line;
  char c;
  while (readable(fd) && ::read(fd.get(), &c, 1) == 1 && c != '\n') line += c;
  return line;
}

/// Every test runs with the command in the proxy's process id namespace and in another one.
class Proxy : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam() && ::geteuid() != 0) GTEST_SKIP() << "a process id namespace takes root";
  }
  std::vector<std::string> proxied(std::vector<std::string> command) {
    std::vector<std::string> out{proxy_run};
    if (GetParam()) out.push_back("-n");
    out.insert(out.end(), command.begin(), command.end());
    return out;
  }
  int run(std::vector<std::string> command) { return wait_for(start(proxied(std::move(command)))); }
};

TEST_P(Proxy, ExitsWithTheCommandsStatus) {
  for (int code = 0; code < 256; code += GetParam() ? 51 : 1) {
    int status = run({proxy_run, "--exit", std::to_string(code)});
    ASSERT_TRUE(WIFEXITED(status)) << code;
    ASSERT_EQ(WEXITSTATUS(status), code);
  }
}

TEST_P(Proxy, DiesOfTheCommandsSignal) {
  for (int signal = 1; signal <= 64; ++signal) {
    if (signal == SIGCHLD || signal == SIGCONT || signal == SIGURG || signal == SIGWINCH)
      continue;  // ignored
    if (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU) continue;
    int status = run({proxy_run, "--die", std::to_string(signal)});
    ASSERT_TRUE(WIFSIGNALED(status)) << signal << " gave " << status;
    EXPECT_EQ(WTERMSIG(status), signal);
    EXPECT_FALSE(WCOREDUMP(status)) << signal;  // the proxy's own; there is no limit here
  }
}

TEST_P(Proxy, PassesEachSignalOnOnce) {
  Pipe out;
  pid_t proxy = start(proxied({proxy_run, "--log"}), &out.write);
  ASSERT_EQ(read_line(out.read), "ready");
  for (int signal = 1; signal < 64; ++signal) {
    if (signal == SIGKILL || signal == SIGSTOP || signal == 32 || signal == 33) continue;
    ASSERT_EQ(::kill(proxy, signal), 0);
    EXPECT_EQ(read_line(out.read), std::to_string(signal));
    ::kill(proxy, 64);  // would come after a second one
    EXPECT_EQ(read_line(out.read), "64") << "after " << signal;
  }
  ::kill(proxy, SIGKILL);
  wait_for(proxy);
}

TEST_P(Proxy, PassesAQueuedSignalsValueOn) {
  Pipe out;
  pid_t proxy = start(proxied({proxy_run, "--log"}), &out.write);
  ASSERT_EQ(read_line(out.read), "ready");
  for (int value : {7, 8, 9}) ::sigqueue(proxy, SIGRTMIN, {.sival_int = value});
  for (int value : {7, 8, 9})
    EXPECT_EQ(read_line(out.read), std::to_string(SIGRTMIN) + " value " + std::to_string(value));
  ::kill(proxy, SIGKILL);
  wait_for(proxy);
}

TEST_P(Proxy, PassesItsOwnAlarmOn) {
  // `alarm 1; exec jexec ...`: the timer lives on through exec, in the proxy only.
  Pipe out;
  pid_t proxy = start({"perl", "-e", "alarm 1; exec @ARGV", "--", proxy_run, proxy_run, "--log"}, &out.write);
  ASSERT_EQ(read_line(out.read), "ready");
  EXPECT_EQ(read_line(out.read), std::to_string(SIGALRM));
  ::kill(proxy, SIGKILL);
  wait_for(proxy);
}

TEST_P(Proxy, StopsWithTheCommandAndGoesOnWithIt) {
  for (int signal : {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU}) {
    pid_t proxy = start(proxied({"sh", "-c", "kill -" + std::to_string(signal) + " $$; exit 7"}));
    int status = wait_for(proxy, WUNTRACED);
    ASSERT_TRUE(WIFSTOPPED(status)) << signal;
    EXPECT_EQ(WSTOPSIG(status), signal);
    ::kill(-proxy, SIGCONT);  // as a shell's `fg` does
    status = wait_for(proxy);
    EXPECT_EQ(WEXITSTATUS(status), 7) << signal;
  }
}

TEST_P(Proxy, GoesOnWhenOnlyItIsTold) {
  pid_t proxy = start(proxied({"sh", "-c", "kill -STOP $$; exit 8"}));
  ASSERT_TRUE(WIFSTOPPED(wait_for(proxy, WUNTRACED)));
  ::kill(proxy, SIGCONT);
  EXPECT_EQ(WEXITSTATUS(wait_for(proxy)), 8);
}

TEST_P(Proxy, StopsAgainAndAgain) {
  pid_t proxy = start(proxied({"sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do kill -TSTP $$; done; exit 9"}));
  for (int round = 0; round < 9; ++round) {
    ASSERT_TRUE(WIFSTOPPED(wait_for(proxy, WUNTRACED))) << round;
    ::kill(round % 2 ? -proxy : proxy, SIGCONT);
  }
  EXPECT_EQ(WEXITSTATUS(wait_for(proxy, WUNTRACED)), 9);
}

TEST_P(Proxy, AStopThatIsSentStopsBoth) {
  Pipe out, hold;
  pid_t proxy = start(proxied({"sh", "-c", "echo ready; read x; exit 4"}), &out.write, &hold.read);
  ASSERT_EQ(read_line(out.read), "ready");
  ::kill(proxy, SIGTSTP);
  int status = wait_for(proxy, WUNTRACED);
  ASSERT_TRUE(WIFSTOPPED(status));
  EXPECT_EQ(WSTOPSIG(status), SIGTSTP);
  ::kill(proxy, SIGCONT);
  ::kill(proxy, SIGTERM);
  EXPECT_EQ(WTERMSIG(wait_for(proxy)), SIGTERM);
}

TEST_P(Proxy, KeepsNoEndOfAPipe) {
  Pipe out, hold;
  pid_t proxy = start(proxied({"sh", "-c", "exec >&- ; read x; exit 6"}), &out.write, &hold.read);
  out.write.reset();
  char c;
  ASSERT_TRUE(readable(out.read));
  EXPECT_EQ(::read(out.read.get(), &c, 1), 0) << "no end of file although the command has closed its output";
  EXPECT_EQ(::waitpid(proxy, nullptr, WNOHANG), 0);
  hold.write.reset();
  EXPECT_EQ(WEXITSTATUS(wait_for(proxy)), 6);
}

TEST_P(Proxy, KeepsNoEndOfFurtherDescriptors) {
  Pipe extra, hold;
  int copy = ::dup(extra.write.get());  // inherited: not close-on-exec
  pid_t proxy = start(proxied({"sh", "-c", "eval \"exec " + std::to_string(copy) + ">&-\"; read x"}), nullptr,
                      &hold.read);
  ::close(copy);
  extra.write.reset();
  char c;
  ASSERT_TRUE(readable(extra.read));
  EXPECT_EQ(::read(extra.read.get(), &c, 1), 0);
  hold.write.reset();
  wait_for(proxy);
}

TEST_P(Proxy, KilledItTakesTheCommandAlong) {
  Pipe out;
  pid_t proxy = start(proxied({"sleep", "1000"}), &out.write);
  out.write.reset();  // only the command has it now, so its end is the end of the file
  ::kill(proxy, SIGKILL);
  EXPECT_EQ(WTERMSIG(wait_for(proxy)), SIGKILL);
  char c;
  ASSERT_TRUE(readable(out.read));
  EXPECT_EQ(::read(out.read.get(), &c, 1), 0);
}

TEST_P(Proxy, GivesTheCommandTheMaskAndDispositionsItHad) {
  Pipe out;
  std::string show = "grep -E '^Sig(Blk|Ign)' /proc/self/status";
  std::string plain, through;
  auto collect = [&](std::vector<std::string> command) {
    Pipe answer;
    std::vector<std::string> wrapped{"perl", "-MPOSIX", "-e",
                                     "$SIG{CHLD}='IGNORE'; $SIG{HUP}='IGNORE';"
                                     "sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGUSR1)); exec @ARGV",
                                     "--"};
    wrapped.insert(wrapped.end(), command.begin(), command.end());
    pid_t pid = start(wrapped, &answer.write);
    answer.write.reset();
    std::string text = read_line(answer.read) + "\n" + read_line(answer.read);
    EXPECT_EQ(wait_for(pid), 0);
    return text;
  };
  EXPECT_EQ(collect(proxied({"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"})),
            collect({"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}));
}

TEST_P(Proxy, WithholdsDirectories) {
  int directory = ::open("/", O_RDONLY | O_DIRECTORY);  // inherited
  auto kind = [](int fd) { return std::vector<std::string>{proxy_run, "--kind", std::to_string(fd)}; };
  Fd as_input(::dup(directory));
  EXPECT_EQ(WEXITSTATUS(wait_for(start(kind(directory)))), 1);
  EXPECT_EQ(WEXITSTATUS(wait_for(start(kind(0), nullptr, &as_input))), 1);
  EXPECT_EQ(WEXITSTATUS(wait_for(start(proxied(kind(directory))))), 0);
  EXPECT_EQ(WEXITSTATUS(wait_for(start(proxied(kind(0)), nullptr, &as_input))), 2)
      << "/dev/null in its place";
  ::close(directory);
}

TEST(GroupFor, AnInteractiveShellHasItsOwn) {
  Pipe input;
  EXPECT_EQ(group_for({"sh"}), Group::shared) << "not on a terminal";
  int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_TRUE(master >= 0 && ::grantpt(master) == 0 && ::unlockpt(master) == 0);
  Fd slave(::open(::ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC)), saved(::dup(0));
  ::dup2(slave.get(), 0);
  EXPECT_EQ(group_for({}), Group::own);
  EXPECT_EQ(group_for({"sh"}), Group::own);
  EXPECT_EQ(group_for({"/usr/bin/bash", "--norc", "-i"}), Group::own);
  EXPECT_EQ(group_for({"tcsh", "-l"}), Group::own);
  EXPECT_EQ(group_for({"sh", "-c", "x"}), Group::shared);
  EXPECT_EQ(group_for({"bash", "-lc", "x"}), Group::shared);
  EXPECT_EQ(group_for({"sh", "/etc/rc"}), Group::shared);
  EXPECT_EQ(group_for({"cat"}), Group::shared);
  ::dup2(saved.get(), 0);
  ::close(master);
}

INSTANTIATE_TEST_SUITE_P(, Proxy, testing::Bool(), [](const auto& parameter) {
  return std::string(parameter.param ? "OtherNamespace" : "SameNamespace");
});

}  // namespace
}  // namespace cellblock::jexec
