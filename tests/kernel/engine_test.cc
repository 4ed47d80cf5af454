// The engine on the real kernel: jails are created, entered, changed and removed, and nothing is left.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <fstream>

#include "kernel/host_jails.hpp"
#include "kernel/host_programs.hpp"
#include "support.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

using cellblock::testing::BusyboxRoot;
using cellblock::testing::shell;
using ::testing::HasSubstr;
using ::testing::Not;
using model::SetMode;
using model::Setting;

class Engine : public ::testing::Test {
 protected:
  void SetUp() override {
    CB_NEED_ROOT();
    auto opened = HostJails::open();
    ASSERT_TRUE(opened) << opened.error().text();
    jails_ = std::move(*opened);
    name_ = fmt::format("engine-test-{}", ::getpid());
  }
  void TearDown() override {
    for (model::JailId jid : made_) (void)jails_->remove(jid);
  }

  model::JailId make(std::vector<Setting> more = {}) {
    std::vector<Setting> settings{{"name", {name_}}, {"path", {root_.path()}}, {"persist", {}},
                                  {"host.hostname", {"inside"}}, {"mount.devfs", {}}, {"mount.procfs", {}}};
    for (Setting& setting : more) settings.push_back(setting);
    auto jid = jails_->set(settings, SetMode::create, false);
    EXPECT_TRUE(jid) << jid.error().text();
    if (!jid) return 0;
    made_.push_back(*jid);
    return *jid;
  }

  /// Exit status and standard output of a command in the jail.
  std::pair<int, std::string> in(model::JailId jid, std::vector<std::string> argv, port::Entry entry = {}) {
    int pipe[2];
    EXPECT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    entry.argv = std::move(argv);
    entry.environment = {"PATH=/bin"};
    entry.standard_output = entry.standard_error = pipe[1];
    auto child = jails_->enter(jid, entry);
    ::close(pipe[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t got; (got = ::read(pipe[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<size_t>(got));
    ::close(pipe[0]);
    if (!child) return {-1, child.error().text()};
    auto status = sys::reap(child->pidfd.get());
    jails_->left(jid);
    return {status ? WEXITSTATUS(*status) : -2, text};
  }

  BusyboxRoot root_;
  std::unique_ptr<HostJails> jails_;
  std::string name_;
  std::vector<model::JailId> made_;
};

TEST_F(Engine, AJailIsItsOwnWorld) {
  auto jid = make();
  ASSERT_TRUE(jid);
  EXPECT_EQ(in(jid, {"hostname"}), std::pair(0, std::string("inside\n")));
  EXPECT_EQ(in(jid, {"id", "-u"}), std::pair(0, std::string("0\n")));
  EXPECT_EQ(in(jid, {"sh", "-c", "exit 7"}).first, 7);
  EXPECT_THAT(in(jid, {"ps"}).second, HasSubstr("keeper"));
  EXPECT_THAT(in(jid, {"ls", "/"}).second, HasSubstr("proc"));
  EXPECT_THAT(in(jid, {"cat", "/proc/self/cgroup"}).second, HasSubstr("0::/\n"));
  EXPECT_EQ(in(jid, {"sh", "-c", "echo x > /dev/null && echo -n ok"}).second, "ok");
}

TEST_F(Engine, FilesOnDiskBelongToRootAndRootIsNotRootOutside) {
  auto jid = make();
  ASSERT_TRUE(jid);
  EXPECT_EQ(in(jid, {"sh", "-c", "echo hi > /tmp/f && chown 33:33 /tmp/f && touch /tmp/g"}).first, 0);
  struct stat status {};
  ASSERT_EQ(::stat((root_.path() + "/tmp/f").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 33u);
  ASSERT_EQ(::stat((root_.path() + "/tmp/g").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 0u);
  EXPECT_THAT(in(jid, {"cat", "/proc/self/uid_map"}).second, HasSubstr(" 8"));
}

TEST_F(Engine, UsersComeFromTheJailsOwnDatabase) {
  auto jid = make();
  ASSERT_TRUE(jid);
  port::Entry entry;
  entry.user = "www";
  EXPECT_EQ(in(jid, {"id"}, entry).second, "uid=33(www) gid=33(www) groups=4(adm),33(www)\n");
  entry.user = "nobody-here";
  EXPECT_EQ(in(jid, {"id"}, entry).second, "nobody-here: no such user");
}

TEST_F(Engine, ErrorsBeforeTheProgramRunsAreFreeBsds) {
  auto jid = make();
  ASSERT_TRUE(jid);
  EXPECT_EQ(in(jid, {"nonesuch"}).second, "execvp: nonesuch: No such file or directory");
  port::Entry entry;
  entry.directory = "/nowhere";
  EXPECT_EQ(in(jid, {"id"}, entry).second, "chdir /nowhere: No such file or directory");
}

TEST_F(Engine, RemovalKillsAndLeavesNothing) {
  auto jid = make();
  ASSERT_TRUE(jid);
  port::Entry entry;
  entry.argv = {"/bin/sleep", "1000"};
  auto child = jails_->enter(jid, entry);
  ASSERT_TRUE(child);
  auto pids = jails_->processes(jid);
  ASSERT_TRUE(pids);
  EXPECT_THAT(*pids, ::testing::ElementsAre(child->pid));
  // This process owns the dead child until it reaps it; removal must not wait for that.
  auto removed = jails_->remove(jid);
  EXPECT_TRUE(removed) << removed.error().text();
  EXPECT_TRUE(sys::reap(child->pidfd.get()));
  EXPECT_FALSE(jails_->find(name_));
  EXPECT_EQ(shell(fmt::format("ls -d /sys/fs/cgroup/unified/cellblock/{0} /sys/fs/cgroup/cellblock/{0} 2>/dev/null", jid)).out, "");
  EXPECT_THAT(shell("cat /proc/self/mounts").out, Not(HasSubstr(root_.path())));
}

TEST_F(Engine, WithoutPersistItEndsWithItsLastProcess) {
  std::vector<Setting> settings{{"name", {name_}}, {"path", {root_.path()}}};
  auto jid = jails_->set(settings, SetMode::create, true);
  ASSERT_TRUE(jid) << jid.error().text();
  EXPECT_TRUE(jails_->find(name_));
  EXPECT_EQ(in(*jid, {"/bin/true"}).first, 0);
  EXPECT_FALSE(jails_->find(name_));
}

TEST_F(Engine, ABackgroundProcessKeepsItAlive) {
  auto jid = jails_->set({{"name", {name_}}, {"path", {root_.path()}}, {"mount.devfs", {}}, {"mount.procfs", {}}},
                         SetMode::create, true);
  ASSERT_TRUE(jid) << jid.error().text();
  EXPECT_EQ(in(*jid, {"sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo started"}), std::pair(0, std::string("started\n")));
  ASSERT_TRUE(jails_->find(name_));
  EXPECT_EQ(in(*jid, {"sh", "-c", "kill -9 -1"}).first, 0);
  for (int i = 0; i < 100 && jails_->find(name_); ++i) ::usleep(10000);
  EXPECT_FALSE(jails_->find(name_)) << "the last process has gone";
  (void)jails_->remove(*jid);
}

TEST_F(Engine, PersistCanBeClearedOnAnEmptyJail) {
  auto jid = make();
  ASSERT_TRUE(jid);
  ASSERT_TRUE(jails_->set({{"jid", {std::to_string(jid)}}, {"nopersist", {}}}, SetMode::update, false));
  EXPECT_FALSE(jails_->find(name_));
  made_.clear();
}

TEST_F(Engine, HostnameChangesLive) {
  auto jid = make();
  ASSERT_TRUE(jid);
  ASSERT_TRUE(jails_->set({{"jid", {std::to_string(jid)}}, {"host.hostname", {"renamed"}}}, SetMode::update, false));
  EXPECT_EQ(in(jid, {"hostname"}).second, "renamed\n");
}

TEST_F(Engine, AJailInsideAJail) {
  auto outer = make({{"children.max", {"5"}}});
  ASSERT_TRUE(outer);
  std::vector<Setting> settings{{"name", {name_ + ".inner"}}, {"path", {root_.path()}}, {"persist", {}},
                                {"host.hostname", {"innermost"}}, {"mount.devfs", {}}, {"mount.procfs", {}}};
  auto inner = jails_->set(settings, SetMode::create, false);
  ASSERT_TRUE(inner) << inner.error().text();
  EXPECT_EQ(in(*inner, {"hostname"}).second, "innermost\n");
  EXPECT_EQ(in(outer, {"hostname"}).second, "inside\n");
  EXPECT_THAT(in(outer, {"ps"}).second, HasSubstr("keeper\n")) << "the outer jail sees the inner one's process 1";
  EXPECT_TRUE(jails_->remove(outer));
  EXPECT_FALSE(jails_->find(name_ + ".inner"));
}

TEST_F(Engine, SharedUserIds) {
  auto jid = make({{"linux.userns", {"inherit"}}});
  ASSERT_TRUE(jid);
  EXPECT_THAT(in(jid, {"cat", "/proc/self/uid_map"}).second, HasSubstr("4294967295"));
  EXPECT_NE(in(jid, {"sh", "-c", "echo 1 > /proc/sys/kernel/panic"}).first, 0);
  EXPECT_NE(in(jid, {"mount", "-t", "tmpfs", "x", "/mnt"}).first, 0);
}

TEST_F(Engine, AVirtualNetworkStack) {
  auto jid = make({{"vnet", {}}});
  ASSERT_TRUE(jid);
  EXPECT_EQ(in(jid, {"ls", "/proc/sys/net/ipv4/conf"}).second, "all\ndefault\nlo\n");
}

}  // namespace
}  // namespace cellblock::kernel
