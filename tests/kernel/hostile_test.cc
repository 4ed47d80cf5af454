// What a jail's root, its administrator's shell or another jail may have prepared: links in the places of mounts,
// odd user databases, descriptors, capabilities and sockets that must not cross the border.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "kernel/host_mounts.hpp"
#include "prison.hpp"
#include "sys/compat.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

using cellblock::testing::BusyboxRoot;
using cellblock::testing::TempDir;
using cellblock::testing::TestJail;
using ::testing::HasSubstr;
using ::testing::Not;
using Settings = std::vector<model::Setting>;

const Settings shared_ids{{"mount.devfs", {}}, {"mount.procfs", {}}, {"linux.userns", {"inherit"}}};
const Settings own_ids{{"mount.devfs", {}}, {"mount.procfs", {}}};

class Hostile : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    CB_NEED_ROOT();
    auto opened = HostJails::open();
    ASSERT_TRUE(opened) << opened.error().text();
    jails_ = std::move(*opened);
    std::filesystem::copy_file(PROBE_PROGRAM, root_.path() + "/bin/probe");
  }
  Settings settings() const { return GetParam() ? shared_ids : own_ids; }
  std::string name() const { return fmt::format("hostile-test-{}", ::getpid()); }

  BusyboxRoot root_;
  TempDir host_;  ///< a directory that no jail has
  std::unique_ptr<HostJails> jails_;
};

/// Runs `work` in a child whose credentials may be spoilt; its text comes back.
template <class Work>
std::string apart(Work work) {
  int pipe[2];
  EXPECT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  pid_t child = ::fork();
  if (child == 0) {
    std::string text = work();
    (void)!::write(pipe[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(pipe[1]);
  std::string text = cellblock::testing::read_to_end(pipe[0]);
  ::close(pipe[0]);
  ::waitpid(child, nullptr, 0);
  return text;
}

TEST_P(Hostile, InheritableCapabilitiesAndGroupsStayOutside) {
  TestJail jail(*jails_, name(), root_.path(), settings());
  ASSERT_TRUE(jail.jid()) << jail.error();
  std::string text = apart([&]() -> std::string {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[2]{};
    ::syscall(SYS_capget, &header, sets);
    for (auto& half : sets) half.inheritable = half.permitted;
    if (::syscall(SYS_capset, &header, sets) < 0) return "capset";
    const gid_t groups[] = {4, 27, 999};
    if (::setgroups(3, groups) < 0) return "setgroups";
    port::Entry www;
    www.user = "www";
    return jail.in({"grep", "-E", "CapInh|CapBnd|CapPrm|Groups", "/proc/self/status"}).second +
           jail.in({"grep", "Groups", "/proc/self/status"}, www).second;
  });
  EXPECT_THAT(text, HasSubstr("CapInh:\t0000000000000000"));
  EXPECT_THAT(text, Not(HasSubstr("27"))) << text;
  EXPECT_THAT(text, Not(HasSubstr("999")));
  size_t permitted = text.find("CapPrm:\t") + 8, bounding = text.find("CapBnd:\t") + 8;
  EXPECT_EQ(text.substr(permitted, 16), text.substr(bounding, 16)) << "what is permitted is no more than the bounding set";
}

TEST_P(Hostile, ADirectoryOpenOutsideIsNoWayOut) {
  TestJail jail(*jails_, name(), root_.path(), settings());
  ASSERT_TRUE(jail.jid()) << jail.error();
  std::ofstream(host_.path() + "/marker") << "host";
  int directory = ::open(host_.path().c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_GE(directory, 3);
  for (int fd = 3; fd <= directory + 3; ++fd) {
    port::Entry entry;
    entry.directory = fmt::format("/proc/self/fd/{}", fd);
    EXPECT_EQ(jail.in({"/bin/probe", "climb", "marker"}, entry).first, -1) << entry.directory;
    entry.directory = fmt::format("/proc/self/fd/{}/..", fd);
    EXPECT_EQ(jail.in({"/bin/probe", "climb", "marker"}, entry).first, -1) << entry.directory;
  }
  // As a home directory in the jail's own user database (jexec -l).
  std::ofstream(root_.path() + "/etc/passwd") << fmt::format("evil:x:0:0::/proc/self/fd/{}:/bin/sh\n", directory);
  port::Entry entry;
  entry.user = "evil";
  entry.clean = true;
  EXPECT_EQ(jail.in({"/bin/probe", "climb", "marker"}, entry).first, -1);
  ::close(directory);
}

TEST_P(Hostile, TheUserDatabaseMayBeAnything) {
  TestJail jail(*jails_, name(), root_.path(), settings());
  ASSERT_TRUE(jail.jid()) << jail.error();
  std::string passwd = root_.path() + "/etc/passwd";
  port::Entry entry;
  entry.user = "www";
  auto fails = [&](const char* why) {
    auto [status, text] = jail.in({"/bin/id"}, entry);
    EXPECT_EQ(status, -1) << why << ": " << text;
  };
  for (const char* id : {"4294967296", "4294967295", "-1", "0x10", "1e3", ""}) {
    std::ofstream(passwd) << "www:x:" << id << ":33::/tmp:/bin/sh\n";
    fails(id);
  }
  std::filesystem::resize_file(passwd, 1ull << 30);
  fails("1 GB");
  std::filesystem::remove(passwd);
  ASSERT_EQ(::mkfifo(passwd.c_str(), 0600), 0);
  fails("FIFO");
  std::filesystem::remove(passwd);
  std::ofstream(host_.path() + "/passwd") << "www:x:77:77::/tmp:/bin/sh\n";
  std::filesystem::create_symlink(host_.path() + "/passwd", passwd);
  fails("a link out of the root");
}

TEST_P(Hostile, LinksInThePlacesOfMounts) {
  for (std::string place : {"dev", "proc"}) {
    std::filesystem::remove_all(root_.path() + "/" + place);
    std::filesystem::create_directory_symlink(host_.path(), root_.path() + "/" + place);
    TestJail jail(*jails_, name(), root_.path(), settings());
    EXPECT_FALSE(jail.jid()) << "/" << place << " leads nowhere inside";
    std::filesystem::remove(root_.path() + "/" + place);
    std::filesystem::create_directory(root_.path() + "/" + place);
  }
  EXPECT_TRUE(std::filesystem::is_empty(host_.path()));
}

TEST_P(Hostile, FstabTargetsThroughLinksAreRefused) {
  HostMounts mounts;
  std::filesystem::create_directory_symlink(host_.path(), root_.path() + "/link");
  std::filesystem::create_directory(host_.path() + "/below");
  for (std::string target : {"/link", "/link/below", "/link/../link/below"}) {
    auto mounted = mounts.mount({.source = "x", .target = root_.path() + target, .type = "tmpfs", .root = root_.path()});
    EXPECT_FALSE(mounted) << target;
  }
  EXPECT_THAT(cellblock::testing::shell("cat /proc/self/mounts").out, Not(HasSubstr(host_.path())));
}

TEST_P(Hostile, AbstractSocketsOfTheHostAreOutOfReach) {
  if (sys::landlock_create_ruleset(nullptr, 0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */) < 6)
    GTEST_SKIP() << "this kernel's Landlock has no scopes (Linux 6.12)";
  Settings with_network = settings();
  with_network.insert(with_network.end(), {{"ip4", {"inherit"}}, {"ip6", {"inherit"}}});
  TestJail jail(*jails_, name(), root_.path(), with_network);
  ASSERT_TRUE(jail.jid()) << jail.error();
  std::string socket_name = fmt::format("@hostile-{}", ::getpid());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, socket_name.data() + 1, socket_name.size() - 1);
  Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_name.size())), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  EXPECT_EQ(jail.in({"/bin/probe", "connect", socket_name}).second, "EPERM\n");
}

TEST_P(Hostile, HostProcessesCanNotBeNamed) {
  TestJail jail(*jails_, name(), root_.path(), settings());
  ASSERT_TRUE(jail.jid()) << jail.error();
  pid_t outside = ::fork();
  if (outside == 0) for (;;) ::pause();
  for (pid_t pid : {outside, ::getpid()}) {
    if (pid < 10) continue;  // the same number may mean a process of the jail
    EXPECT_EQ(jail.in({"/bin/probe", "kill_pid", std::to_string(pid)}).second, "ESRCH\n");
    EXPECT_EQ(jail.in({"/bin/probe", "ptrace_pid", std::to_string(pid)}).second, "ESRCH\n");
  }
  ::kill(outside, SIGKILL);
  ::waitpid(outside, nullptr, 0);
}

TEST_P(Hostile, ADirectoryHandedOverBetweenJailsLeadsNoHigher) {
  BusyboxRoot other_root;
  std::filesystem::copy_file(PROBE_PROGRAM, other_root.path() + "/bin/probe");
  std::filesystem::create_directory(other_root.path() + "/deep");
  ::chmod(host_.path().c_str(), 0777);
  for (const std::string& path : {root_.path(), other_root.path()}) {
    std::filesystem::create_directories(path + "/shared");
    ASSERT_EQ(cellblock::testing::run({"mount", "--bind", host_.path(), path + "/shared"}).status, 0);
  }
  {
    TestJail giver(*jails_, name() + "-a", other_root.path(), settings());
    TestJail taker(*jails_, name() + "-b", root_.path(), settings());
    ASSERT_TRUE(giver.jid() && taker.jid()) << giver.error() << taker.error();
    auto giving = giver.start({"/bin/probe", "give_directory", "/shared/socket", "/deep"});
    ASSERT_TRUE(giving) << giving.error().text();
    // Nothing but the host has it at its root.
    EXPECT_EQ(taker.in({"/bin/probe", "take_directory", "/shared/socket", host_.path().substr(1)}).second, "contained\n");
    (void)sys::send_signal(giving->pidfd.get(), SIGKILL);
    (void)sys::reap(giving->pidfd.get());
  }
  for (const std::string& path : {root_.path(), other_root.path()}) cellblock::testing::run({"umount", path + "/shared"});
}

INSTANTIATE_TEST_SUITE_P(Ids, Hostile, ::testing::Bool(), [](const auto& ids) { return ids.param ? "Shared" : "Own"; });

}  // namespace
}  // namespace cellblock::kernel
