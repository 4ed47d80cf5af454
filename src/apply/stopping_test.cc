#include <gmock/gmock.h>

#include "apply/testing.hpp"

namespace cellblock::apply {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const Orders start{.ops = op_start}, stop{.ops = op_stop, .note_removed = true}, plain{.ops = op_stop};

const std::string web = "web { path = /; persist; exec.start = daemon; exec.prestop = prestop; exec.stop = stop;"
                        "      exec.poststop = poststop; exec.release = release; interface = em0; ip4.addr = 10.0.0.1; }";

TEST(Stop, RunsTheStepsInOrder) {
  Machine machine;
  machine.world.scripts["daemon"] = {.leaves = 2};
  machine.run(web, start);
  machine.forget();
  EXPECT_EQ(machine.run(web, stop), 0);
  EXPECT_THAT(machine.world.log,
              ElementsAre("run: prestop", "enter 1: stop", StartsWith("sigterm"), StartsWith("sigterm"), "remove 1",
                          "run: poststop", "-alias em0 10.0.0.1/32", "run: release"));
  EXPECT_EQ(machine.voice.both, "web: removed\n");
}

TEST(Stop, ProcessesHaveTenSecondsToEnd) {
  Machine machine;
  machine.world.scripts["daemon"] = {.leaves = 1, .ends_after_sigterm = std::nullopt};
  machine.run(web, start);
  EXPECT_EQ(machine.run(web, stop), 0);
  EXPECT_EQ(machine.world.now, port::Time{} + 10s);
  EXPECT_THAT(machine.names(), IsEmpty());
}

TEST(Stop, GoesOnAsSoonAsTheLastProcessHasEnded) {
  Machine machine;
  machine.world.scripts["daemon"] = {.leaves = 3, .ends_after_sigterm = 20ms};
  machine.run(web, start);
  EXPECT_EQ(machine.run(web, stop), 0);
  EXPECT_EQ(machine.world.now, port::Time{} + 20ms);
}

TEST(Stop, ATimeoutOfZeroSendsNothing) {
  Machine machine;
  machine.world.scripts["daemon"] = {.leaves = 1};
  std::string file = "web { path = /; persist; exec.start = daemon; stop.timeout = 0; }";
  machine.run(file, start);
  machine.forget();
  EXPECT_EQ(machine.run(file, stop), 0);
  EXPECT_THAT(machine.world.log, ElementsAre("remove 1"));
}

TEST(Stop, VerboseTellsWhoGotTheSignal) {
  Machine machine;
  machine.world.scripts["daemon"] = {.leaves = 1, .ends_after_sigterm = std::nullopt};
  std::string file = "web { path = /; persist; exec.start = daemon; stop.timeout = 1; }";
  machine.run(file, start);
  machine.forget();
  machine.run(file, {.ops = op_stop, .verbosity = 1});
  EXPECT_EQ(machine.voice.both, "web: sent SIGTERM to: 101\nweb: timed out\nweb: removed\n");
}

TEST(Stop, AFailedPrestopKeepsTheJail) {
  Machine machine;
  machine.world.scripts["prestop"] = {.status = 256};
  machine.run(web, start);
  machine.forget();
  EXPECT_EQ(machine.run(web, stop), 1);
  EXPECT_EQ(machine.voice.both, "jail: web: prestop: failed\n");
  EXPECT_THAT(machine.names(), ElementsAre("web"));
}

TEST(Stop, AFailedPoststopKeepsNothing) {
  Machine machine;
  machine.world.scripts["poststop"] = {.status = 256};
  machine.run(web, start);
  machine.forget();
  EXPECT_EQ(machine.run(web, stop), 1);
  EXPECT_EQ(machine.voice.both, "web: removed\njail: web: poststop: failed\n");
  EXPECT_THAT(machine.links.aliases, IsEmpty());
  EXPECT_THAT(machine.world.log, Contains("run: release"));
}

TEST(Stop, WhatDoesNotRunIsAnErrorOnlyByName) {
  Machine machine;
  EXPECT_EQ(machine.run(web, stop, {"*"}), 0);
  EXPECT_EQ(machine.run(web, stop, {"web"}), 1);
  EXPECT_EQ(machine.voice.both, "jail: \"web\" not found\n");
}

TEST(Stop, UnknownTargetsDoNotStopTheOthers) {
  Machine machine;
  machine.run(web, start);
  machine.forget();
  EXPECT_EQ(machine.run(web, stop, {"nosuch", "web"}), 1);
  EXPECT_EQ(machine.voice.both, "jail: \"nosuch\" not found\nweb: removed\n");
}

TEST(Stop, AJailNamedByJidGetsItsHooks) {
  Machine machine;
  machine.run(web, start);
  machine.forget();
  EXPECT_EQ(machine.run(web, plain, {"1"}), 0);
  EXPECT_THAT(machine.world.log, Contains("run: prestop"));
}

TEST(Stop, AJailThatTheFileDoesNotKnowIsJustRemoved) {
  Machine machine;
  machine.run(web, start);
  machine.forget();
  EXPECT_EQ(machine.run("", plain, {"web"}), 0);
  EXPECT_THAT(machine.world.log, ElementsAre("remove 1"));
  EXPECT_EQ(machine.voice.both, "");
}

TEST(Stop, ANumberIsNotCutDownToAJid) {
  Machine machine;
  machine.run(web, start);
  machine.forget();
  const std::string far = "4294967297";
  EXPECT_EQ(machine.run("", plain, {far, far, far, far, far}), 1);  // asked one by one, and later all at once
  EXPECT_THAT(machine.world.log, ElementsAre());
}

TEST(RemoveOnly, MatchesRunningJailsAndRunsNoHooks) {
  Machine machine;
  machine.run("* { path = /; persist; exec.prestop = prestop; } a {} b {} c {}", start);
  machine.forget();
  EXPECT_EQ(machine.run({}, stop, Source::running, {"*"}), 0);
  EXPECT_THAT(machine.world.log, ElementsAre("remove 3", "remove 2", "remove 1"));
  EXPECT_EQ(machine.voice.both, "c: removed\nb: removed\na: removed\n");
}

TEST(Stop, InterfacesLeaveBeforeTheJailGoes) {
  Machine machine;
  std::string file = "web { path = /; persist; vnet; vnet.interface = epair0b; }";
  machine.run(file, start);
  machine.forget();
  EXPECT_EQ(machine.run(file, stop), 0);
  EXPECT_THAT(machine.world.log, ElementsAre("-vnet epair0b 10001", "disconnect 1", "remove 1", "settle cables"));
}

TEST(CleanUp, DoesWhatFollowsARemoval) {
  Machine machine;
  machine.run(web, start);
  machine.run("", plain, {"web"});
  machine.forget();
  EXPECT_EQ(machine.run(web, {.ops = op_stop, .clean_up = true}, {"web"}), 0);
  EXPECT_THAT(machine.world.log, ElementsAre("run: poststop", "-alias em0 10.0.0.1/32", "run: release"));
}

TEST(CleanUp, AloneLeavesRunningJailsAlone) {
  Machine machine;
  machine.run(web, start);
  machine.forget();
  EXPECT_EQ(machine.run(web, {.ops = op_stop, .clean_up = true, .clean_only = true}), 0);
  EXPECT_THAT(machine.world.log, IsEmpty());
  EXPECT_EQ(machine.run(web, {.ops = op_stop, .clean_up = true, .clean_only = true}, {"web"}), 1);
  EXPECT_EQ(machine.voice.both, "jail: \"web\" already exists\n");
}

TEST(Stop, HooksKnowTheJid) {
  Machine machine;
  std::string file = "web { path = /; persist; exec.poststop = 'echo \"JID=$JID\"'; }";
  machine.run(file, start);
  machine.forget();
  machine.run(file, {.ops = op_stop, .verbosity = -1});
  EXPECT_EQ(machine.voice.out, "\"JID=1\"\n");
}

TEST(Stop, ManyAtOnce) {
  Machine machine;
  machine.world.scripts["daemon"] = {.leaves = 1, .ends_after_sigterm = 1s};
  std::string file = "* { path = /; persist; exec.start = daemon; }";
  for (int at = 0; at < 50; ++at) file += "j" + std::to_string(at) + " {}";
  machine.run(file, start);
  EXPECT_EQ(machine.run(file, stop), 0);
  EXPECT_EQ(machine.world.now, port::Time{} + 1s);
  EXPECT_THAT(machine.names(), IsEmpty());
}

}  // namespace
}  // namespace cellblock::apply
