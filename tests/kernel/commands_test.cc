// jls(8) and jexec(8) on real jails. How jexec stands in for its command is tested beside its source, with a
// process id namespace in a jail's place; here it is a jail.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.hpp"

namespace cellblock::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

class Commands : public ::testing::Test {
 protected:
  void SetUp() override {
    CB_NEED_ROOT();
    name_ = fmt::format("commands-test-{}", ::getpid());
    create("host.hostname=inside meta='k=a b'");
  }
  void TearDown() override {
    if (!name_.empty()) (void)shell(fmt::format("{} -r {} 2>&1", program("jail"), name_));
  }

  void create(const std::string& parameters) {
    Outcome made = shell(fmt::format("{} -c name={} path={} persist mount.devfs mount.procfs {}",
                                     program("jail"), name_, root_.path(), parameters));
    ASSERT_EQ(made.status, 0) << made.err;
  }
  /// By /bin/sh; JAIL stands for the jail's name.
  Outcome jexec(const std::string& arguments) { return command("jexec", arguments); }
  Outcome jls(const std::string& arguments) { return command("jls", arguments); }

  BusyboxRoot root_;
  std::string name_;

 private:
  Outcome command(const std::string& which, const std::string& arguments) {
    return shell(fmt::format("JAIL={}; SHELL=/bin/sh PATH=/bin:/usr/bin {} {}", name_, program(which), arguments));
  }
};

TEST_F(Commands, JlsShowsTheJail) {
  EXPECT_EQ(jls("-j $JAIL name host.hostname path meta.k").out,
            fmt::format("{} inside {} a b\n", name_, root_.path()));
  EXPECT_EQ(jls("-N -j $JAIL").out,
            fmt::format(
                " JID             IP Address      Hostname                      Path\n {}{}                 "
                "inside                        {}\n",
                name_, name_.size() < 15 ? std::string(15 - name_.size(), ' ') : "", root_.path()));
  EXPECT_THAT(jls("--libxo json -j $JAIL name persist").out,
              HasSubstr(fmt::format("{{\"jail\": [{{\"name\":\"{}\",\"persist\":\"true\"}}]}}}}", name_)));
  EXPECT_THAT(jls("name").out, HasSubstr(name_ + "\n"));
}

TEST_F(Commands, JlsTellsWhatIsNotThere) {
  Outcome missing = jls("-j no-such-jail");
  EXPECT_EQ(missing.status, 1);
  EXPECT_EQ(missing.err, "jls: jail \"no-such-jail\" not found\n");
  EXPECT_EQ(jls("-j 999998").err, "jls: jail 999998 not found\n");
  EXPECT_EQ(jls("-c -j no-such-jail").status, 1);
  EXPECT_EQ(jls("-c -j no-such-jail").err, "");
  EXPECT_EQ(jls("-c -j $JAIL").status, 0);
}

TEST_F(Commands, WhatJlsPrintsCreatesTheJailAgain) {
  std::string shown = jls("-s -j $JAIL").out;
  ASSERT_EQ(shell(fmt::format("{} -r {}", program("jail"), name_)).status, 0);
  shown.pop_back();
  Outcome again = shell(fmt::format("{} -c {}", program("jail"), shown));
  ASSERT_EQ(again.status, 0) << again.err << shown;
  EXPECT_EQ(jls("-s -j $JAIL").out, shown + "\n");
}

TEST_F(Commands, JexecIsTheCommand) {
  EXPECT_EQ(jexec("$JAIL sh -c 'hostname; exit 7'").out, "inside\n");
  EXPECT_EQ(jexec("$JAIL sh -c 'exit 7'").status, 7);
  EXPECT_EQ(jexec("$JAIL sh -c 'kill -USR1 $$'").status, 128 + SIGUSR1);
  EXPECT_EQ(jexec("$JAIL cat <<END\nline\nEND").out, "line\n");
  EXPECT_EQ(jexec("$JAIL sh -c 'echo e >&2'").err, "e\n");
  EXPECT_EQ(jexec("$JAIL pwd").out, "/\n");
  EXPECT_EQ(jexec("$(" + program("jls") + " -j $JAIL jid) echo by number").out, "by number\n");
}

TEST_F(Commands, JexecsOwnErrors) {
  EXPECT_EQ(jexec("no-such-jail true").err, "jexec: jail \"no-such-jail\" not found\n");
  EXPECT_EQ(jexec("999998 true").err, "jexec: jail 999998 not found\n");
  EXPECT_EQ(jexec("$JAIL nope").err, "jexec: execvp: nope: No such file or directory\n");
  EXPECT_EQ(jexec("$JAIL /etc/passwd").err, "jexec: execvp: /etc/passwd: Permission denied\n");
  EXPECT_EQ(jexec("-U nobody-here $JAIL true").err, "jexec: nobody-here: no such user\n");
  EXPECT_EQ(jexec("-d /nope $JAIL true").err, "jexec: chdir(): /nope: No such file or directory\n");
  for (std::string line :
       {"no-such-jail true", "$JAIL nope", "-U nobody-here $JAIL true", "-d /nope $JAIL true", ""})
    EXPECT_EQ(jexec(line).status, 1) << line;
}

TEST_F(Commands, JexecBecomesAUser) {
  EXPECT_EQ(jexec("-U www $JAIL id -un").out, "www\n");
  EXPECT_EQ(jexec("-U www $JAIL id -Gn").out, "www adm\n");
  EXPECT_EQ(jexec("-u root $JAIL id -u").out, "0\n");
  EXPECT_EQ(jexec("-l -U www $JAIL sh -c 'echo $USER $HOME $SHELL $PWD'").out, "www /tmp /bin/sh /tmp\n");
  EXPECT_EQ(jexec("-l -U www $JAIL pwd").out, "/tmp\n");
  EXPECT_EQ(jexec("-l -d /etc -U www $JAIL pwd").out, "/etc\n");
}

TEST_F(Commands, JexecsEnvironment) {
  EXPECT_THAT(jexec("$JAIL env").out, HasSubstr("PATH=/bin:/usr/bin\n"));
  std::string clean = jexec("-l $JAIL env").out;
  EXPECT_THAT(clean, AllOf(HasSubstr("HOME=/root\n"), HasSubstr("USER=root\n"), Not(HasSubstr("JAIL="))));
  EXPECT_EQ(jexec("-l -e A=1 -e USER=x $JAIL sh -c 'echo $A $USER'").out, "1 x\n");
  EXPECT_EQ(jexec("$JAIL </dev/null").status, 0) << "the shell";
}

TEST_F(Commands, JexecPassesNothingButStandardInputAndOutput) {
  EXPECT_EQ(jexec("$JAIL sh -c 'ls /proc/self/fd/5 2>&1 | grep -c such' 5</etc/passwd").out, "1\n");
  EXPECT_THAT(jexec("$JAIL ls -l /proc/self/fd/0 </etc").out, HasSubstr("/dev/null"))
      << "a directory leads out";
}

TEST_F(Commands, KilledJexecTakesTheCommandAlong) {
  Outcome run =
      shell(fmt::format("mkfifo {0}/tmp/up; chmod 666 {0}/tmp/up; {1} {2} sh -c 'echo up >/tmp/up; exec "
                        "sleep 1000' & read up <{0}/tmp/up; "
                        "kill -9 $!; wait $!; echo $?; {1} {2} sh -c 'for i in 1 2 3 4 5 6 7 8 9; do pidof "
                        "sleep >/dev/null || break; sleep 0.2; done; "
                        "pidof sleep || echo gone'",
                        root_.path(), program("jexec"), name_));
  EXPECT_EQ(run.out, "137\ngone\n") << run.err;
}

TEST_F(Commands, SignalsReachTheCommand) {
  Outcome run =
      shell(fmt::format("mkfifo {0}/tmp/up; chmod 666 {0}/tmp/up; {1} {2} sh -c 'trap \"echo got; exit 3\" "
                        "TERM; echo up >/tmp/up; "
                        "while :; do sleep 0.1; done' & read up <{0}/tmp/up; kill $!; wait $!; echo $?",
                        root_.path(), program("jexec"), name_));
  EXPECT_EQ(run.out, "got\n3\n") << run.err;
}

TEST_F(Commands, AJailEndsWithItsLastCommand) {
  ASSERT_EQ(shell(fmt::format("{} -r {}", program("jail"), name_)).status, 0);
  Outcome made = shell(fmt::format("{} -c name={} path={} command=/bin/sleep 0.1; {} -c -j {}; echo $?",
                                   program("jail"), name_, root_.path(), program("jls"), name_));
  EXPECT_EQ(made.out, "1\n") << made.err;
}

}  // namespace
}  // namespace cellblock::testing
