// A start that fails at every possible step is undone completely, and runs no hook on the way back.
#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>

#include "apply/testing.hpp"

namespace cellblock::apply {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class Failing : public testing::Test {
 protected:
  Failing() {
    char name[] = "/tmp/failing.XXXXXX";
    root = ::mkdtemp(name);
    for (auto folder : {"dev", "a", "b"}) fs::create_directories(root + "/" + folder);
    file = "web { path = " + root + "; persist; interface = em0; ip4.addr = 10.0.0.1, 10.0.0.2; ip6.addr = fd00::1;"
           "mount = '/x " + root + "/a nullfs ro', '/y " + root + "/b nullfs rw'; mount.devfs;"
           "exec.prepare = prepare; exec.prestart = prestart; exec.created = created; exec.start = start;"
           "exec.poststart = poststart; exec.poststop = poststop; exec.release = release;"
           "zfs.dataset = tank/x; }";
  }
  ~Failing() override { fs::remove_all(root); }

  std::string root, file;
};

TEST_F(Failing, AtEveryRequestLeavesNothingBehind) {
  Machine whole;
  ASSERT_EQ(whole.run(file, {.ops = op_start}), 0);
  int requests = whole.world.requests();
  ASSERT_GT(requests, 10);
  for (int at = 1; at <= requests; ++at) {
    Machine machine;
    machine.world.fail_at = at;
    SCOPED_TRACE(whole.world.log[static_cast<size_t>(at) - 1]);
    EXPECT_EQ(machine.run(file, {.ops = op_start}), 1);
    EXPECT_THAT(machine.names(), IsEmpty());
    EXPECT_THAT(machine.mounts.mounted, IsEmpty());
    EXPECT_THAT(machine.links.aliases, IsEmpty());
    EXPECT_THAT(machine.voice.err, HasSubstr("jail: web: "));
    for (size_t later = static_cast<size_t>(at); later < machine.world.log.size(); ++later)
      EXPECT_THAT(machine.world.log[later], testing::Not(testing::AnyOf(HasSubstr("run: p"), HasSubstr("enter"))));
  }
}

TEST_F(Failing, WhatTheHostHadBeforeStays) {
  Machine machine;
  ASSERT_TRUE(machine.links.add_alias("em0", "10.0.0.2", 32));
  machine.world.scripts["start"] = {.status = 256};
  EXPECT_EQ(machine.run(file, {.ops = op_start}), 1);
  EXPECT_THAT(machine.links.aliases, testing::SizeIs(1));
}

TEST_F(Failing, AHookThatFailsUnwindsInReverse) {
  Machine machine;
  machine.world.scripts["poststart"] = {.status = 256};
  EXPECT_EQ(machine.run(file, {.ops = op_start}), 1);
  EXPECT_EQ(machine.voice.both, "web: created\njail: web: poststart: failed\nweb: removed\n");
  auto& log = machine.world.log;
  auto failed = std::ranges::find(log, "run: poststart");
  EXPECT_THAT(std::vector<std::string>(failed + 1, log.end()),
              ElementsAre("run: zfs unjail 1 tank/x", "remove 1", "unmount " + root + "/b", "unmount " + root + "/a",
                          "-alias em0 fd00::1/128", "-alias em0 10.0.0.2/32", "-alias em0 10.0.0.1/32"));
}

TEST_F(Failing, AFailureWhileUnwindingDoesNotStopIt) {
  Machine whole;
  whole.world.scripts["poststart"] = {.status = 256};
  whole.run(file, {.ops = op_start});
  auto removal = std::ranges::find(whole.world.log, "remove 1") - whole.world.log.begin();
  for (size_t at = static_cast<size_t>(removal) + 2; at <= whole.world.log.size(); ++at) {
    Machine machine;
    machine.world.scripts["poststart"] = {.status = 256};
    machine.world.fail_at = static_cast<int>(at);
    EXPECT_EQ(machine.run(file, {.ops = op_start}), 1);
    EXPECT_THAT(machine.names(), IsEmpty());
    EXPECT_EQ(machine.mounts.mounted.size() + machine.links.aliases.size(), 1u) << machine.world.log[at - 1];
  }
}

TEST_F(Failing, TheCreationItselfUndoesWhatCameBefore) {
  Machine machine;
  EXPECT_EQ(machine.run("a { path = /; persist; interface = em0; ip4.addr = 10.0.0.1; vnet; }", {.ops = op_start}), 1);
  EXPECT_EQ(machine.voice.both, "jail: a: vnet jails cannot have IP address restrictions\n");
  EXPECT_THAT(machine.links.aliases, IsEmpty());
}

TEST_F(Failing, AJailThatCouldNotBeMadeIsNotRemoved) {
  Machine machine;
  EXPECT_EQ(machine.run("a { path = /; }", {.ops = op_start}), 1);
  EXPECT_EQ(machine.voice.both, "jail: a: new jail must persist or attach\n");
  EXPECT_THAT(machine.world.log, ElementsAre(StartsWith("create")));
}

TEST_F(Failing, MountsThatCannotBeAreNamed) {
  Machine machine;
  std::string head = "a { path = " + root + "; persist; ";
  fs::create_symlink("/etc", root + "/link");
  EXPECT_EQ(machine.run(head + "mount = '/x " + root + "/a'; }", {.ops = op_start}), 1);
  EXPECT_EQ(machine.run(head + "mount = '/x relative nullfs'; }", {.ops = op_start}), 1);
  EXPECT_EQ(machine.run(head + "mount = '/x " + root + "/link nullfs'; }", {.ops = op_start}), 1);
  EXPECT_EQ(machine.run(head + "mount = '/x " + root + "/none nullfs'; }", {.ops = op_start}), 1);
  EXPECT_EQ(machine.run(head + "mount.procfs; }", {.ops = op_start}), 1);
  EXPECT_EQ(machine.voice.both, "jail: a: mount: /x " + root + "/a: missing information\n" +
                                    "jail: a: mount: relative: not an absolute pathname\n" +
                                    "jail: a: mount: " + root + "/link is a symbolic link\n" +
                                    "jail: a: mount: " + root + "/none: No such file or directory\n" +
                                    "jail: a: mount.procfs: " + root + "/proc: No such file or directory\n");
}

TEST_F(Failing, AMountThatTheKernelRefusesShowsTheCommand) {
  Machine machine;
  machine.world.fail_at = 1;
  machine.run("a { path = " + root + "; persist; mount = '/x " + root + "/a nullfs ro'; }", {.ops = op_start});
  EXPECT_EQ(machine.voice.both, "mount: made to fail: mount /x " + root + "/a nullfs\n" +
                                    "jail: a: /sbin/mount -t nullfs -o ro /x " + root + "/a: failed\n");
}

}  // namespace
}  // namespace cellblock::apply
