#include "plan/step.hpp"

#include <gmock/gmock.h>

#include "plan/dump.hpp"

namespace cellblock::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A jail that uses every step there is.
model::Wanted everything() {
  model::Wanted wanted{.name = "web", .configured = true};
  wanted.settings = {{"name", {"web"}},
                     {"path", {"/p"}},
                     {"interface", {"em0"}},
                     {"ip4.addr", {"10.0.0.1/24", "em1|10.0.0.2"}},
                     {"ip6.addr", {"fd00::1"}},
                     {"mount", {"/a /p/a nullfs ro", "/b /p/b nullfs rw"}},
                     {"mount.devfs", {}},
                     {"mount.fdescfs", {}},
                     {"mount.procfs", {}},
                     {"exec.prepare", {"prepare"}},
                     {"exec.prestart", {"prestart 1", "", "prestart 2"}},
                     {"exec.created", {"created"}},
                     {"zfs.dataset", {"tank/web"}},
                     {"vnet.interface", {"epair0b"}},
                     {"exec.start", {"start"}},
                     {"command", {"command"}},
                     {"exec.poststart", {"poststart"}},
                     {"exec.prestop", {"prestop"}},
                     {"exec.stop", {"stop"}},
                     {"exec.poststop", {"poststop"}},
                     {"exec.release", {"release"}}};
  return wanted;
}

std::vector<std::string> lines(const Steps& steps) {
  std::vector<std::string> out;
  for (const Step& step : steps) out.push_back(show(step));
  return out;
}

TEST(Start, IsInFreeBsdsOrder) {
  EXPECT_THAT(lines(start(everything(), {"/f /p/f nullfs ro"})),
              ElementsAre("run exec.prepare: prepare", "add alias ip4.addr: em0|10.0.0.1/24",
                          "add alias ip4.addr: em1|10.0.0.2", "add alias ip6.addr: em0|fd00::1",
                          "mount mount: /a /p/a nullfs ro", "mount mount: /b /p/b nullfs rw",
                          "mount mount.fstab: /f /p/f nullfs ro", "check mount.devfs", "check mount.fdescfs",
                          "check mount.procfs", "run exec.prestart: prestart 1", "run exec.prestart: prestart 2",
                          "create", "run exec.created: created", "attach zfs.dataset: tank/web",
                          "move in vnet.interface: epair0b", "run in jail exec.start: start",
                          "run in jail command: command", "run exec.poststart: poststart"));
}

TEST(Stop, IsInFreeBsdsOrder) {
  EXPECT_THAT(lines(stop(everything(), {"/f /p/f nullfs ro", "/g /p/f/g nullfs ro"})),
              ElementsAre("run exec.prestop: prestop", "run in jail exec.stop: stop", "terminate stop.timeout",
                          "move back vnet.interface: epair0b", "remove", "run exec.poststop: poststop",
                          "check mount.procfs", "check mount.fdescfs", "check mount.devfs",
                          "unmount mount.fstab: /g /p/f/g nullfs ro", "unmount mount.fstab: /f /p/f nullfs ro",
                          "unmount mount: /b /p/b nullfs rw", "unmount mount: /a /p/a nullfs ro",
                          "remove alias ip6.addr: em0|fd00::1", "remove alias ip4.addr: em1|10.0.0.2",
                          "remove alias ip4.addr: em0|10.0.0.1/24", "run exec.release: release"));
}

TEST(CleanUp, IsTheTailOfStop) {
  Steps whole = stop(everything(), {}), tail = clean_up(everything(), {});
  ASSERT_LT(tail.size(), whole.size());
  EXPECT_TRUE(std::equal(tail.rbegin(), tail.rend(), whole.rbegin()));
  EXPECT_EQ(tail.front().parameter, "exec.poststop");
}

TEST(Start, ABareJailIsOneStep) {
  EXPECT_THAT(lines(start({}, {})), ElementsAre("create"));
  EXPECT_THAT(lines(stop({}, {})), ElementsAre("terminate stop.timeout", "remove"));
}

TEST(Start, TheCommandLinesCommandIsOneProgram) {
  model::Wanted wanted;
  wanted.settings = {{"command", {"/bin/sh", "-c", "echo a; echo b"}}};
  Steps steps = start(wanted, {});
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_THAT(steps[1].words, ElementsAre("/bin/sh", "-c", "echo a; echo b"));
  wanted.configured = true;
  EXPECT_EQ(start(wanted, {}).size(), 4u);
}

TEST(Start, WithoutInterfaceOnlyNamedOnesGetAliases) {
  model::Wanted wanted;
  wanted.settings = {{"ip4.addr", {"10.0.0.1", "em1|10.0.0.2"}}};
  EXPECT_THAT(lines(start(wanted, {})), ElementsAre("add alias ip4.addr: em1|10.0.0.2", "create"));
}

TEST(Unwind, UndoesWhatWasDoneNewestFirstWithoutHooks) {
  Steps steps = start(everything(), {});
  EXPECT_THAT(lines(unwind(steps, steps.size())),
              ElementsAre("move back vnet.interface: epair0b", "detach zfs.dataset: tank/web", "remove",
                          "unmount mount: /b /p/b nullfs rw", "unmount mount: /a /p/a nullfs ro",
                          "remove alias ip6.addr: em0|fd00::1", "remove alias ip4.addr: em1|10.0.0.2",
                          "remove alias ip4.addr: em0|10.0.0.1/24"));
  EXPECT_THAT(unwind(steps, 0), IsEmpty());
}

TEST(Unwind, AtEveryStepUndoesExactlyWhatHasAnInverse) {
  Steps steps = start(everything(), {"/f /p/f nullfs ro"});
  for (size_t done = 0; done <= steps.size(); ++done) {
    Steps back = unwind(steps, done);
    size_t at = 0;
    for (size_t step = done; step-- > 0;)
      if (auto undo = inverse(steps[step])) {
        ASSERT_LT(at, back.size());
        EXPECT_EQ(back[at++], *undo);
      }
    EXPECT_EQ(at, back.size());
  }
}

TEST(Inverse, OfAnInverseIsTheStepItself) {
  for (const Step& step : start(everything(), {}))
    if (auto undo = inverse(step); undo && step.act != Act::create) {
      EXPECT_EQ(inverse(*undo), step) << show(step);
    }
}

TEST(Reasons, EveryStepHasOne) {
  for (const Steps& steps : {start(everything(), {}), stop(everything(), {})})
    for (const Step& step : steps) EXPECT_FALSE(reason_of(step).empty()) << show(step);
}

TEST(Steps, ACableIsCheckedFirstAndLaidInTheNewJail) {
  model::Wanted wanted{.name = "web", .configured = true};
  wanted.settings = {{"name", {"web"}}, {"vnet", {}}, {"net.bridge", {"br0"}}, {"exec.prepare", {"prepare"}}};
  std::vector<Act> up, down;
  Steps steps = start(wanted, {});
  for (const Step& step : steps) up.push_back(step.act);
  EXPECT_THAT(up, ElementsAre(Act::check_cable, Act::run_outside, Act::create, Act::connect));
  for (const Step& step : stop(wanted, {})) down.push_back(step.act);
  EXPECT_THAT(down, ElementsAre(Act::terminate, Act::disconnect, Act::remove));
  Steps back = unwind(steps, steps.size());
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].act, Act::disconnect);
  EXPECT_EQ(back[1].act, Act::remove);
}

}  // namespace
}  // namespace cellblock::plan
