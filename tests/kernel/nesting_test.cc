// Jails made, listed, entered and removed from inside a jail by the same commands, and what a warden serves.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "support.hpp"

namespace cellblock::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Nesting : public ::testing::Test {
 protected:
  void SetUp() override {
    CB_NEED_ROOT();
    name_ = "nesting-" + std::to_string(::getpid());
    for (auto command : {"jail", "jls", "jexec"})
      std::filesystem::copy_file(program(command), root_.path() + "/bin/" + command);
    std::filesystem::create_directories(root_.path() + "/inner/bin");
    for (auto dir : {"dev", "proc"}) std::filesystem::create_directory(root_.path() + "/inner/" + dir);
    std::filesystem::copy_file("/bin/busybox", root_.path() + "/inner/bin/busybox");
    for (auto applet : {"sh", "ps", "hostname", "true", "sleep", "false"})
      std::filesystem::create_symlink("busybox", root_.path() + "/inner/bin/" + applet);
  }
  void TearDown() override { (void)run({program("jail"), "-q", "-R", name_}); }

  void start(std::vector<std::string> more) {
    std::vector<std::string> argv{program("jail"), "-c", "name=" + name_, "path=" + root_.path(), "persist",
                                  "mount.devfs", "mount.procfs", "host.hostname=outer"};
    argv.insert(argv.end(), more.begin(), more.end());
    Outcome started = run(argv);
    ASSERT_EQ(started.status, 0) << started.err;
  }
  Outcome in(std::vector<std::string> command) {
    std::vector<std::string> argv{program("jexec"), name_};
    argv.insert(argv.end(), command.begin(), command.end());
    return run(argv);
  }

  BusyboxRoot root_;
  std::string name_;
};

TEST_F(Nesting, OnlyTheHostLaysCables) {
  start({"children.max=1", "vnet"});
  Outcome made = in({"jail", "-c", "name=in", "path=/inner", "persist", "vnet", "net.bridge=br0"});
  EXPECT_EQ(made.status, 1);
  EXPECT_EQ(made.err, "jail: net.bridge: only the host lays cables\n");
  EXPECT_EQ(in({"jls", "name"}).out, "");
}

TEST_F(Nesting, TheWholeLifeOfAnInnerJail) {
  start({"children.max=1"});
  Outcome made = in({"jail", "-c", "name=in", "path=/inner", "host.hostname=inner", "persist", "mount.procfs"});
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(made.out, "");
  EXPECT_THAT(in({"jls", "name", "path"}).out, HasSubstr("in /inner\n"));
  EXPECT_THAT(run({program("jls"), "name"}).out, HasSubstr(name_ + ".in\n"));
  EXPECT_EQ(in({"jexec", "in", "hostname"}).out, "inner\n");
  EXPECT_EQ(in({"jexec", "in", "false"}).status, 1);
  EXPECT_THAT(in({"jexec", "in", "ps"}).out, Not(HasSubstr("jexec")));
  Outcome second = in({"jail", "-c", "path=/inner", "persist"});
  EXPECT_EQ(second.status, 1);
  EXPECT_EQ(second.err, "jail: prison limit exceeded\n");
  EXPECT_EQ(in({"jail", "-r", "in"}).status, 0);
  EXPECT_THAT(run({program("jls"), "name"}).out, Not(HasSubstr(name_ + ".in")));
}

TEST_F(Nesting, ACommandInAnInnerJailRunsAndEndsIt) {
  start({"children.max=1"});
  Outcome ran = in({"jail", "-c", "path=/inner", "host.hostname=once", "command=/bin/hostname"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out, "once\n");
  EXPECT_THAT(in({"jls", "-h", "jid"}).out, "jid\n");
}

TEST_F(Nesting, WithoutChildrenThereIsNothingToMakeOrSee) {
  start({});
  Outcome made = in({"jail", "-c", "path=/inner", "persist"});
  EXPECT_EQ(made.status, 1);
  EXPECT_EQ(made.err, "jail: jail_set: Operation not permitted\n");
  Outcome listed = in({"jls"});
  EXPECT_EQ(listed.status, 0) << listed.err;
  EXPECT_EQ(listed.out, "   JID  IP Address      Hostname                      Path\n");
}

TEST_F(Nesting, AnInnerPathCannotLeadOut) {
  std::filesystem::create_symlink("/../../../../etc", root_.path() + "/way-out");
  start({"children.max=5"});
  Outcome made = in({"jail", "-c", "name=out", "path=/way-out", "persist"});
  Outcome path = in({"jls", "path"});
  EXPECT_TRUE(made.status == 1 || path.out == "/etc\n") << made.err << path.out;
  EXPECT_THAT(run({program("jls"), "path"}).out, Not(HasSubstr("\n/etc\n")));
}

TEST_F(Nesting, UnameShowsTheReleaseThatIsSet) {
  start({"osrelease=2.6.32"});
  EXPECT_EQ(in({"uname", "-r"}).out, "2.6.32\n");
  EXPECT_EQ(in({"uname", "-n"}).out, "outer\n");
}

TEST_F(Nesting, MountsFollowAllowMount) {
  start({"enforce_statfs=1", "allow.mount", "allow.mount.tmpfs"});
  EXPECT_EQ(in({"mount", "-t", "tmpfs", "x", "/mnt"}).status, 0);
  EXPECT_EQ(in({"sh", "-c", "touch /mnt/f && ls /mnt"}).out, "f\n");
  EXPECT_FALSE(std::filesystem::exists(root_.path() + "/mnt/f"));
  EXPECT_EQ(in({"umount", "/mnt"}).status, 0);
  EXPECT_NE(in({"mount", "-t", "proc", "x", "/mnt"}).status, 0);
  EXPECT_NE(in({"umount", "/proc"}).status, 0);
}

TEST_F(Nesting, TheWardenServesRootOnly) {
  start({"enforce_statfs=1", "allow.mount", "allow.mount.tmpfs", "children.max=2", "ip4=inherit", "allow.raw_sockets",
         "allow.chflags"});
  auto as_user = [&](const std::string& command) {
    return run({program("jexec"), "-U", "www", name_, "sh", "-c", command});
  };
  EXPECT_EQ(as_user("id -u").out, "33\n");
  EXPECT_NE(as_user("mount -t tmpfs x /mnt").status, 0);
  EXPECT_NE(as_user("jail -c name=mine path=/inner persist").status, 0);
  EXPECT_EQ(as_user("jls jid").status, 0);
  EXPECT_NE(as_user("ping -c 1 -W 1 127.0.0.1").status, 0);
  EXPECT_NE(as_user("timeout 1 nc -l -p 81").err.find("denied"), std::string::npos);
  EXPECT_EQ(in({"timeout", "1", "nc", "-l", "-p", "81"}).err.find("denied"), std::string::npos);
}

TEST_F(Nesting, MountsAreRefusedByDefault) {
  start({});
  EXPECT_NE(in({"mount", "-t", "tmpfs", "x", "/mnt"}).status, 0);
}

}  // namespace
}  // namespace cellblock::testing
