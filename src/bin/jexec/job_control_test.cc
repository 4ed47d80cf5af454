// The proxy under a real shell on a pseudo-terminal, with the command in a process id namespace of its own,
// as a jail's is.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "base/fd.hpp"

namespace cellblock::jexec {
namespace {

class JobControl : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "a process id namespace takes root";
    winsize size{24, 200, 0, 0};
    int master = -1;
    shell_ = ::forkpty(&master, nullptr, nullptr, &size);
    if (shell_ == 0) {
      for (int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU})
        ::signal(signal, SIG_DFL);
      ::setenv("PS1", "out> ", 1);
      ::setenv("run", PROXY_RUN, 1);
      ::execlp("bash", "bash", "--norc", "--noprofile", "--noediting", "-i", nullptr);
      ::_exit(97);
    }
    terminal_ = Fd(master);
    ::fcntl(master, F_SETFD, FD_CLOEXEC);
    ASSERT_TRUE(expect("out> "));
    type("stty -echo");
    ASSERT_TRUE(expect("out> "));
  }
  void TearDown() override {
    if (shell_ <= 0) return;
    terminal_.reset();
    ::kill(shell_, SIGKILL);
    ::waitpid(shell_, nullptr, 0);
  }

  void type(const std::string& line) { send(line + "\n"); }
  void send(const std::string& keys) {
    ASSERT_EQ(::write(terminal_.get(), keys.data(), keys.size()), ssize_t(keys.size()));
  }

  /// Reads until `text` has been shown; what was shown before it is forgotten.
  bool expect(const std::string& text) {
    for (;;) {
      if (size_t at = shown_.find(text); at != shown_.npos) {
        before_ = shown_.substr(0, at);
        shown_.erase(0, at + text.size());
        return true;
      }
      pollfd wait{terminal_.get(), POLLIN, 0};
      char buffer[512];
      ssize_t size = ::poll(&wait, 1, 10000) == 1 ? ::read(terminal_.get(), buffer, sizeof buffer) : -1;
      if (size <= 0) {
        ADD_FAILURE() << "expected \"" << text << "\", was shown \"" << shown_ << "\"";
        return false;
      }
      shown_.append(buffer, size);
    }
  }

  /// The process group in the foreground: a shell's job is named by its first process.
  pid_t foreground() { return ::tcgetpgrp(terminal_.get()); }

  /// After a prompt: does the shell have its terminal back?
  void the_shell_reads() {
    type("read x; echo \"<$x>\"");
    type("hello");
    EXPECT_TRUE(expect("<hello>"));
  }

  pid_t shell_ = 0;
  Fd terminal_;
  std::string shown_, before_;
};

TEST_F(JobControl, AnInterruptReachesTheCommandOnce) {
  type("$run -n $run --log");
  ASSERT_TRUE(expect("ready"));
  send("\x03");
  EXPECT_TRUE(expect("2\r\n"));
  ::kill(foreground(), 64);
  EXPECT_TRUE(expect("64\r\n"));
  EXPECT_EQ(before_, "");
  ::kill(foreground(), SIGKILL);
}

TEST_F(JobControl, TheWindowsSizeIsTheTerminals) {
  type("$run -n sh -c 'stty size; exec $run --log'");
  ASSERT_TRUE(expect("24 200\r\nready"));
  winsize size{50, 100, 0, 0};
  ::ioctl(terminal_.get(), TIOCSWINSZ, &size);
  EXPECT_TRUE(expect("28\r\n"));
  ::kill(foreground(), 64);
  EXPECT_TRUE(expect("64\r\n"));
  EXPECT_EQ(before_, "");
  ::kill(foreground(), SIGKILL);
  type("$run -n stty size");
  EXPECT_TRUE(expect("50 100"));
}

TEST_F(JobControl, AnInterruptedCommandIsSeenAsSuch) {
  type("$run -n sh -c 'echo on; exec sleep 100'");
  ASSERT_TRUE(expect("on"));
  send("\x03");
  ASSERT_TRUE(expect("out> "));
  type("echo status $?");
  EXPECT_TRUE(expect("status 130"));
}

TEST_F(JobControl, StopAndForeground) {
  type("$run -n sh -c 'echo on; read a; echo got $a'");
  ASSERT_TRUE(expect("on"));
  send("\x1a");
  ASSERT_TRUE(expect("Stopped"));
  the_shell_reads();
  type("jobs");
  EXPECT_TRUE(expect("Stopped"));
  type("fg");
  ASSERT_TRUE(expect("sh -c"));
  type("word");
  EXPECT_TRUE(expect("got word"));
  ASSERT_TRUE(expect("out> "));
  the_shell_reads();
}

TEST_F(JobControl, InTheBackgroundAReaderOfTheTerminalStops) {
  type("$run -n sh -c 'read a; echo got $a' &");
  type("wait %1; jobs -l");
  ASSERT_TRUE(expect("Stopped (tty input)")) << "SIGTTIN, as natively";
  type("fg");
  ASSERT_TRUE(expect("sh -c"));
  type("word");
  EXPECT_TRUE(expect("got word"));
}

TEST_F(JobControl, AShellInsideHasItsOwn) {
  for (std::string shell : {"bash --norc --noprofile --noediting -i", "sh -i"}) {
    type("PS1='in> ' $run -g -n " + shell + "; echo status $?");
    ASSERT_TRUE(expect("in> ")) << shell;
    EXPECT_EQ(before_.find("job control"), before_.npos) << before_;
    // One process: of two, one in the middle of vfork(2) could not stop, and the shell would wait for it.
    type("perl -e '$|=1; $SIG{CONT}=sub{print qq(cont\\n)}; print qq(on\\n); sleep 1 while 1'");
    ASSERT_TRUE(expect("on\r\n"));
    send("\x1a");
    ASSERT_TRUE(expect("Stopped"));
    ASSERT_TRUE(expect("in> "));
    type("jobs; kill -0 %1 && echo alive");
    EXPECT_TRUE(expect("alive"));
    ASSERT_TRUE(expect("in> "));
    type("fg");
    ASSERT_TRUE(expect("cont\r\n"));
    send("\x03");
    ASSERT_TRUE(expect("in> "));
    type("exit 5");
    EXPECT_TRUE(expect("status 5"));
    EXPECT_EQ(before_.find("Cannot"), before_.npos) << before_;
    ASSERT_TRUE(expect("out> "));
    the_shell_reads();
  }
}

TEST_F(JobControl, SuspendingTheShellInside) {
  for (std::string group : {"", "-g "}) {
    type("PS1='in> ' $run " + group + "-n bash --norc --noprofile --noediting -i");
    ASSERT_TRUE(expect("in> "));
    for (int round = 0; round < 3; ++round) {
      type("suspend");
      ASSERT_TRUE(expect("Stopped"));
      ASSERT_TRUE(expect("out> "));
      the_shell_reads();
      type("fg");
      ASSERT_TRUE(expect("in> "));
      type("echo $((6*7))");
      EXPECT_TRUE(expect("42"));
    }
    type("exit");
    ASSERT_TRUE(expect("out> "));
    the_shell_reads();
  }
}

TEST_F(JobControl, AScriptHasItsTerminalBack) {
  // Nobody but the proxy can give it back: the shell inside sees the script's group as 0, and the script,
  // which has no job control, does not take it.
  for (std::string shell : {"bash --norc --noprofile --noediting -i", "sh -i"}) {
    type("sh -c \"PS1='in> ' $run -g -n " + shell + "; read x; echo got \\$x\"");
    ASSERT_TRUE(expect("in> "));
    type("exit");
    type("line");
    EXPECT_TRUE(expect("got line")) << shell;
    ASSERT_TRUE(expect("out> "));
  }
}

TEST_F(JobControl, AKilledShellInsideLeavesTheTerminal) {
  type("sh -c \"PS1='in> ' $run -n bash --norc --noprofile --noediting -i; read x; echo got \\$x\"");
  ASSERT_TRUE(expect("in> "));
  type("kill -9 $$");
  type("line");
  EXPECT_TRUE(expect("got line"));
}

TEST_F(JobControl, AShellStartedInTheBackgroundStops) {
  type("PS1='in> ' $run -g -n bash --norc --noprofile --noediting -i &");
  type("wait %1; jobs -l");
  ASSERT_TRUE(expect("Stopped (tty input)"));
  the_shell_reads();
  type("fg");
  ASSERT_TRUE(expect("in> "));
  type("exit 3");
  ASSERT_TRUE(expect("out> "));
  type("echo status $?");
  EXPECT_TRUE(expect("status 3"));
  the_shell_reads();
}

TEST_F(JobControl, APipelineSharesTheTerminal) {
  type("$run -n seq 3 | sh -c 'cat; read x </dev/tty; echo got $x'");
  ASSERT_TRUE(expect("3\r\n"));
  type("word");
  EXPECT_TRUE(expect("got word"));
  type("$run -n sleep 100 | $run -n sh -c 'echo on; exec sleep 100'");
  ASSERT_TRUE(expect("on\r\n"));
  send("\x03");
  ASSERT_TRUE(expect("out> "));
  type("echo status $?");
  EXPECT_TRUE(expect("status 130"));
}

TEST_F(JobControl, AHangupEndsTheCommand) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Fd result(ends[0]), passed(ends[1]);
  std::string path = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(passed.get());
  type("exec $run -n sh -c 'exec 9>" + path +
       "; trap \"echo hangup >&9; exit\" HUP; echo on; while :; do sleep 0.1; done'");
  ASSERT_TRUE(expect("on"));
  passed.reset();
  terminal_.reset();
  pollfd wait{result.get(), POLLIN, 0};
  ASSERT_EQ(::poll(&wait, 1, 10000), 1);
  char text[16] = {};
  EXPECT_EQ(::read(result.get(), text, sizeof text), 7);
  EXPECT_STREQ(text, "hangup\n");
}

TEST_F(JobControl, ATerminalThatTheCommandClosedHangsUp) {
  type("exec $run -n sh -c 'echo on; exec <&- >&- 2>&-; exec sleep 100'");
  ASSERT_TRUE(expect("on"));
  pollfd wait{terminal_.get(), POLLIN, 0};
  char c;
  while (::poll(&wait, 1, 10000) == 1 && ::read(terminal_.get(), &c, 1) == 1) {
  }
  EXPECT_EQ(wait.revents & POLLHUP, POLLHUP);
}

}  // namespace
}  // namespace cellblock::jexec
