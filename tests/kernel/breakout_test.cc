// Ways out that were open once: what root in a jail, with a jail of its own or with the host's user ids, could make
// the programs on the host do for it. With the programs as they are installed.
#include <gmock/gmock.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support.hpp"
#include "sys/compat.hpp"

namespace cellblock::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Breakout : public ::testing::Test {
 protected:
  void SetUp() override {
    CB_NEED_ROOT();
    name_ = "breakout-" + std::to_string(::getpid());
    std::filesystem::copy_file(PROBE_PROGRAM, root_.path() + "/bin/probe");
    std::filesystem::create_directories(root_.path() + "/inner/bin");
    std::filesystem::create_directory(root_.path() + "/inner/proc");
    std::filesystem::create_directory(root_.path() + "/inner/var");
    for (std::string place : {"", "/inner"})
      for (auto command : {"jail", "jls"})
        std::filesystem::copy_file(program(command), root_.path() + place + "/bin/" + command);
  }
  void TearDown() override {
    for (auto suffix : {"", "-b"}) (void)run({program("jail"), "-q", "-R", name_ + suffix});
  }

  void start(std::vector<std::string> more, const std::string& suffix = "") {
    std::vector<std::string> argv{program("jail"), "-c", "name=" + name_ + suffix, "path=" + root_.path(), "persist",
                                  "mount.devfs", "mount.procfs"};
    argv.insert(argv.end(), more.begin(), more.end());
    Outcome started = run(argv);
    ASSERT_EQ(started.status, 0) << started.err;
  }
  Outcome in(std::vector<std::string> command, const std::string& suffix = "") {
    std::vector<std::string> argv{program("jexec"), name_ + suffix};
    argv.insert(argv.end(), command.begin(), command.end());
    return run(argv);
  }

  BusyboxRoot root_;
  std::string name_;
};

TEST_F(Breakout, TheRootOfAJailBecomesALink) {
  start({"children.max=3"});
  Outcome made = in({"jail", "-c", "name=in", "path=/inner", "persist", "children.max=1"});
  ASSERT_EQ(made.status, 0) << made.err;
  ASSERT_EQ(in({"sh", "-c", "mv /inner /aside && ln -s / /inner"}).status, 0);
  Outcome out = in({"jail", "-c", "name=out", "path=/var", "persist"}, ".in");  // a path that both have
  EXPECT_EQ(out.status, 1) << "a jail on a directory of the host's";
  EXPECT_THAT(run({program("jls"), "path"}).out, Not(HasSubstr("\n/var\n")));
}

TEST_F(Breakout, AChildMayNotMountWhatItsParentMayNot) {
  start({"children.max=2"});
  Outcome made = in({"jail", "-c", "name=in", "path=/inner", "persist", "linux.mount"});
  EXPECT_EQ(made.status, 1);
  EXPECT_THAT(made.err, HasSubstr("Operation not permitted"));
}

TEST_F(Breakout, TheJailsOwnPathIsItsRoot) {
  start({"children.max=1"});
  EXPECT_EQ(in({"jail", "-c", "name=in", "persist"}).status, 0);
  EXPECT_EQ(in({"jls", "path"}).out, "/\n");
}

TEST_F(Breakout, NoProcWithoutItsCovers) {
  start({"linux.userns=inherit", "enforce_statfs=1", "allow.mount", "allow.mount.procfs", "allow.mount.nullfs", "allow.mount.tmpfs"});
  auto write = [&](const std::string& proc) { return in({"sh", "-c", ": >> " + proc + "/sys/kernel/core_pattern"}); };
  EXPECT_EQ(in({"mount", "-t", "proc", "x", "/mnt"}).status, 0);
  EXPECT_NE(write("/mnt").status, 0) << "a proc of its own";
  EXPECT_NE(in({"umount", "/mnt/sys"}).status, 0);
  EXPECT_NE(write("/mnt").status, 0) << "its cover taken away";
  EXPECT_EQ(in({"umount", "/mnt"}).status, 0);
  (void)in({"mount", "-o", "bind", "/proc", "/mnt"});
  EXPECT_NE(write("/mnt").status, 0) << "bound without its covers";
  for (std::string path : {"/proc/sys", "/proc/./sys", "/proc/", "proc", "//dev", "/dev/../dev"})
    EXPECT_NE(in({"umount", path}).status, 0) << path;
  EXPECT_NE(write("/proc").status, 0);
}

TEST_F(Breakout, WhatTheHostMountedStays) {
  ASSERT_EQ(run({"mount", "-t", "tmpfs", "cover", root_.path() + "/mnt"}).status, 0);
  start({"enforce_statfs=1", "allow.mount", "allow.mount.tmpfs"});
  EXPECT_NE(in({"umount", "/mnt"}).status, 0);
  EXPECT_EQ(in({"sh", "-c", "mkdir /mnt/own && mount -t tmpfs x /mnt/own && umount /mnt/own"}).status, 0);
  (void)run({program("jail"), "-q", "-r", name_});
  EXPECT_EQ(run({"umount", root_.path() + "/mnt"}).status, 0);
}

// The mount system calls, and what the host has laid: none of it can be made writable, or taken away.
TEST_F(Breakout, WhatTheHostProtectsStaysProtected) {
  testing::TempDir shared;
  std::ofstream(shared.path() + "/file") << "whole\n";
  std::filesystem::create_directory(shared.path() + "/dev");
  std::filesystem::copy_file(root_.path() + "/bin/busybox", shared.path() + "/busybox");
  std::ofstream(root_.path() + "/etc/resolv.conf");
  ASSERT_EQ(shell("mount --bind " + shared.path() + " " + root_.path() + "/mnt && mount -o remount,ro,bind " +
                  root_.path() + "/mnt").status, 0);
  start({"linux.mount", "children.max=1", "vnet", "net.dns=192.0.2.1"});
  for (std::string place : {"/mnt", "/etc/resolv.conf", "/sys"})
    EXPECT_THAT(in({"mount", "-o", "remount,rw,bind", place}).err, AnyOf(HasSubstr("not permitted"), HasSubstr("denied"))) << place;
  EXPECT_NE(in({"mount", "-o", "remount,dev,bind", "/"}).status, 0);
  EXPECT_NE(in({"sh", "-c", "echo x >>/mnt/file"}).status, 0);
  EXPECT_NE(in({"umount", "/mnt"}).status, 0);
  EXPECT_NE(in({"umount", "-l", "/etc/resolv.conf"}).status, 0);
  // What is the jail's own it may still change, in views of what is not too.
  EXPECT_EQ(in({"sh", "-c", "mkdir /tmp/m && mount -t tmpfs x /tmp/m && mount -o remount,ro,bind /tmp/m && "
                            "mount -o remount,rw,bind /tmp/m && umount /tmp/m && mount --rbind / /tmp/m && umount -l /tmp/m"}).err, "");
  EXPECT_NE(in({"sh", "-c", "mount --bind /mnt /tmp/m && mount -o remount,rw,bind /tmp/m"}).status, 0);
  // Nor by way of a jail inside, whose mounts root around it may enter.
  ASSERT_EQ(in({"jail", "-c", "name=in", "path=/mnt", "persist", "mount.devfs"}).err, "");
  ASSERT_EQ(shell(program("jexec") + " " + name_ + ".in /busybox sh -c '/busybox sleep 1000 >/dev/null 2>&1 &'").err, "");
  for (std::string place : {"/", "/dev"}) {
    std::string sleeper = "n=$(grep -lx busybox /proc/[0-9]*/comm | head -n 1); n=${n#/proc/}; n=${n%/comm}; ";
    Outcome entered = in({"sh", "-c", sleeper + "nsenter -t $n -U -m /busybox mount -o remount,rw,bind x " + place});
    EXPECT_THAT(entered.err, AllOf(HasSubstr("mount: "), AnyOf(HasSubstr("not permitted"), HasSubstr("denied")))) << place;
  }
  (void)run({program("jail"), "-q", "-r", name_});
  EXPECT_EQ(run({"cat", shared.path() + "/file"}).out, "whole\n");
  EXPECT_EQ(run({"umount", root_.path() + "/mnt"}).status, 0);
}

TEST_F(Breakout, AJailsSysfsIsOfItsNetwork) {
  ASSERT_EQ(run({"ip", "link", "add", "seen0", "type", "dummy"}).status == 0 ||
                run({"ip", "link", "add", "seen0", "type", "bridge"}).status == 0, true);
  start({"linux.mount", "vnet"});
  EXPECT_EQ(in({"ls", "/sys/class/net"}).out, "lo\n");
  start({"vnet", "enforce_statfs=1", "allow.mount", "allow.mount.linsysfs"}, "-b");
  EXPECT_EQ(in({"sh", "-c", "mount -t sysfs x /mnt && ls /mnt/class/net"}, "-b").out, "lo\n");
  (void)run({"ip", "link", "del", "seen0"});
}

TEST_F(Breakout, TheProgramThatEntersIsNotTheHosts) {
  std::filesystem::create_symlink("/proc/self/exe", root_.path() + "/bin/self");
  std::ofstream(root_.path() + "/bin/script") << "#!/proc/self/exe\n";
  std::filesystem::permissions(root_.path() + "/bin/script", std::filesystem::perms::all);
  start({"linux.userns=inherit"});
  for (auto command : {"self", "script"}) {
    Outcome ran = in({command, "nosuchjail"});
    EXPECT_THAT(ran.out + ran.err, Not(HasSubstr("jexec:"))) << "jexec itself runs in the jail, which can write to it";
    EXPECT_NE(ran.status, 0);
  }
  EXPECT_EQ(in({"sh", "-c", "echo $0 $1", "a", "b"}).out, "a b\n");
  EXPECT_EQ(in({"nosuch"}).err, "jexec: execvp: nosuch: No such file or directory\n");
}

TEST_F(Breakout, AddressesAreTheJailsOnly) {
  for (auto address : {"127.0.0.5/32", "10.99.77.9/32"}) ASSERT_EQ(run({"ip", "addr", "add", address, "dev", "lo"}).status, 0);
  start({"ip4.addr=127.0.0.5", "ip6=inherit", "children.max=1"});
  auto probe = [&](const std::string& name) { return in({"/bin/probe", name}).out; };
  EXPECT_EQ(probe("bind_foreign"), "EADDRNOTAVAIL\n");
  EXPECT_EQ(probe("bind_no_family"), "EAFNOSUPPORT\n");
  EXPECT_EQ(probe("bind_mapped"), "EADDRNOTAVAIL\n");
  EXPECT_EQ(probe("bind_short_wildcard"), ":: and IPv4\n");
  EXPECT_EQ(probe("bind_race"), "lost\n");
  EXPECT_EQ(probe("bind_in_a_thread"), "127.0.0.5\n");
  // A jail in it that asks for what its parent has, entered by the host.
  ASSERT_EQ(in({"jail", "-c", "name=in", "path=/", "ip4=inherit", "ip6=inherit", "persist"}).status, 0);
  EXPECT_EQ(in({"/bin/probe", "bind_foreign"}, ".in").out, "EADDRNOTAVAIL\n");
  for (auto address : {"127.0.0.5/32", "10.99.77.9/32"}) (void)run({"ip", "addr", "del", address, "dev", "lo"});
}

TEST_F(Breakout, ALocalSocketIsItsMakers) {
  ASSERT_EQ(run({"ip", "addr", "add", "127.0.0.5/32", "dev", "lo"}).status, 0);
  start({"ip4.addr=127.0.0.5"});
  Outcome bound = run({program("jexec"), "-U", "www", name_, "sh", "-c", "umask 027; /bin/probe bind_local; stat -c '%u %a' /tmp/bound"});
  EXPECT_EQ(bound.out, "OK\n33 750\n") << bound.err;
  EXPECT_EQ(in({"/bin/probe", "bind_local"}).out, "EADDRINUSE\n");
  ASSERT_EQ(in({"sh", "-c", "rm /tmp/bound; chmod 755 /tmp"}).status, 0);
  EXPECT_EQ(run({program("jexec"), "-U", "www", name_, "/bin/probe", "bind_local"}).out, "EACCES\n");
  (void)run({"ip", "addr", "del", "127.0.0.5/32", "dev", "lo"});
}

TEST_F(Breakout, JailsWithoutAddressesDoNotMeet) {
  if (sys::landlock_create_ruleset(nullptr, 0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */) < 6)
    GTEST_SKIP() << "this kernel's Landlock has no scopes (Linux 6.12)";
  start({});
  start({}, "-b");
  ASSERT_EQ(in({"sh", "-c", "/bin/probe listen @meeting >/dev/null 2>&1 & sleep 0.5"}).status, 0);
  EXPECT_EQ(in({"/bin/probe", "connect", "@meeting"}, "-b").out, "EPERM\n");
}

TEST_F(Breakout, AUserOfTheHostHoldsNothingUp) {
  if (!std::getenv("CELLBLOCK_ISOLATED")) GTEST_SKIP() << "takes away the record of running jails";
  (void)run({"umount", "-l", "/run/cellblock"});  // as after a boot
  pid_t holder = ::fork();
  if (holder == 0) {
    if (::setresuid(12345, 12345, 12345) < 0) ::_exit(1);
    int run = ::open("/run", O_RDONLY);
    ::flock(run, LOCK_EX);
    for (;;) ::pause();
  }
  ::usleep(200000);
  Outcome listed = run({"timeout", "5", program("jls")});
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  EXPECT_EQ(listed.status, 0);
  struct stat lock {};
  ASSERT_EQ(::stat("/run/cellblock.lock", &lock), 0);
  EXPECT_EQ(lock.st_mode & 0777, 0600u);
}

}  // namespace
}  // namespace cellblock::testing
