#include <gmock/gmock.h>

#include "apply/testing.hpp"

namespace cellblock::apply {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Orders start{.ops = op_start}, stop{.ops = op_stop, .note_removed = true},
    restart{.ops = op_start | op_stop, .note_removed = true};

const std::string chain =
    "* { path = /; persist; }"
    "web { depend = app; exec.prestart = 'pre web'; }"
    "app { depend = db; exec.poststart = 'post app'; }"
    "db { exec.poststart = 'post db'; exec.poststop = 'gone db'; }";

TEST(Depend, StartWaitsForTheLastPoststart) {
  Machine machine;
  machine.world.scripts["post db"] = {.runs = 1s};
  EXPECT_EQ(machine.run(chain, start), 0);
  EXPECT_EQ(machine.voice.both, "db: created\napp: created\nweb: created\n");
  EXPECT_THAT(machine.world.log,
              ElementsAre("create name=db path=/ persist", "run: post db", "create name=app path=/ persist",
                          "run: post app", "run: pre web", "create name=web path=/ persist"));
}

TEST(Depend, MissingDependenciesAreStartedToo) {
  Machine machine;
  EXPECT_EQ(machine.run(chain + "other {}", start, {"app"}), 0);
  EXPECT_EQ(machine.voice.both, "db: created\napp: created\n");
}

TEST(Depend, DependenciesThatRunAreLeftAlone) {
  Machine machine;
  machine.run(chain, start, {"db"});
  machine.forget();
  EXPECT_EQ(machine.run(chain, start, {"app"}), 0);
  EXPECT_EQ(machine.voice.both, "app: created\n");
}

TEST(Depend, StopTakesDependentsFirst) {
  Machine machine;
  machine.run(chain, start);
  machine.forget();
  EXPECT_EQ(machine.run(chain, stop), 0);
  EXPECT_EQ(machine.voice.both, "web: removed\napp: removed\ndb: removed\n");
}

TEST(Depend, StoppingOneStopsItsDependents) {
  Machine machine;
  machine.run(chain, start);
  machine.forget();
  EXPECT_EQ(machine.run(chain, stop, {"app"}), 0);
  EXPECT_EQ(machine.voice.both, "web: removed\napp: removed\n");
  EXPECT_THAT(machine.names(), ElementsAre("db"));
}

TEST(Depend, ARestartStopsAllThenStartsAll) {
  Machine machine;
  machine.run(chain, start);
  machine.forget();
  EXPECT_EQ(machine.run(chain, restart), 0);
  EXPECT_EQ(machine.voice.both,
            "web: removed\napp: removed\ndb: removed\ndb: created\napp: created\nweb: created\n");
}

TEST(Depend, FailureSkipsDependents) {
  Machine machine;
  machine.world.scripts["post db"] = {.status = 256};
  EXPECT_EQ(machine.run(chain, start), 1);
  EXPECT_EQ(machine.voice.err, "jail: db: post db: failed\njail: app: skipped\njail: web: skipped\n");
  EXPECT_EQ(machine.voice.out, "db: created\ndb: removed\n");
  EXPECT_THAT(machine.names(), IsEmpty());
}

TEST(Depend, FailureOfADependencyThatWasPulledInFailsTheOneNamed) {
  Machine machine;
  machine.world.scripts["post db"] = {.status = 256};
  EXPECT_EQ(machine.run(chain, start, {"app"}), 1);
  EXPECT_EQ(machine.voice.err, "jail: db: post db: failed\njail: app: skipped\n");
}

TEST(Depend, QuietIsQuietAboutSkippedJails) {
  Machine machine;
  machine.world.scripts["post db"] = {.status = 256};
  EXPECT_EQ(machine.run(chain, {.ops = op_start, .verbosity = -1}), 1);
  EXPECT_EQ(machine.voice.both, "jail: db: post db: failed\n");
}

TEST(Depend, UndefinedJailsAreNamed) {
  Machine machine;
  EXPECT_EQ(machine.run("* { path = /; persist; } a { depend = nosuch; } b {}", start), 1);
  EXPECT_EQ(machine.voice.both, "jail: a: depends on undefined jail \"nosuch\"\nb: created\n");
}

TEST(Depend, OnTheCommandLineLooksAtRunningJails) {
  Machine machine;
  model::Wanted wanted{.settings = {{"name", {"a"}}, {"persist", {}}, {"depend", {"b"}}}};
  EXPECT_EQ(machine.run({wanted}, start, Source::command_line), 1);
  EXPECT_EQ(machine.voice.err, "jail: depends on nonexistent jail \"b\"\n");
  machine.run("b { path = /; persist; }", start);
  EXPECT_EQ(machine.run({wanted}, start, Source::command_line), 0);
}

TEST(Depend, OneJailOfALoopFailsAndTakesTheOthersAlong) {
  Machine machine;
  EXPECT_EQ(machine.run("* { path = /; persist; } c { depend = a; } a { depend = b; } b { depend = a; } d {}", start),
            1);
  EXPECT_THAT(machine.voice.err, HasSubstr("jail: a: dependency loop\n"));
  EXPECT_THAT(machine.voice.err, HasSubstr("jail: b: skipped\n"));
  EXPECT_THAT(machine.voice.err, HasSubstr("jail: c: skipped\n"));
  EXPECT_EQ(machine.voice.out, "d: created\n");
}

TEST(Depend, OnItselfIsALoop) {
  Machine machine;
  EXPECT_EQ(machine.run("a { path = /; persist; depend = a; }", start), 1);
  EXPECT_EQ(machine.voice.err, "jail: a: dependency loop\n");
}

const std::string nested = "* { path = /; persist; }"
                           "a.b { exec.prestart = 'pre b'; } a { exec.poststart = 'slow'; children.max = 5; }";

TEST(LightDependency, TheParentOnlyHasToExist) {
  Machine machine;
  machine.world.scripts["slow"] = {.runs = 10s};
  machine.world.scripts["pre b"] = {.runs = 1s};
  EXPECT_EQ(machine.run(nested, start), 0);
  EXPECT_EQ(machine.voice.both, "a: created\na.b: created\n");
  EXPECT_EQ(machine.world.now, port::Time{} + 10s) << "a.b did not wait for a's poststart";
}

TEST(LightDependency, ChildrenAreStoppedFirst) {
  Machine machine;
  machine.run(nested, start);
  machine.forget();
  EXPECT_EQ(machine.run(nested, stop, {"a"}), 0);
  EXPECT_EQ(machine.voice.both, "a.b: removed\na: removed\n");
}

TEST(Order, StopsGoBackwardsThroughTheFile) {
  Machine machine;
  std::string file = "* { path = /; persist; } a {} b {} c {}";
  machine.run(file, start);
  machine.forget();
  EXPECT_EQ(machine.run(file, stop), 0);
  EXPECT_EQ(machine.voice.both, "c: removed\nb: removed\na: removed\n");
}

TEST(Order, FiveHundredJailsInAChainAreNoProblem) {
  Machine machine;
  std::string file = "* { path = /; persist; } j0 {}";
  for (int at = 1; at < 500; ++at)
    file += "j" + std::to_string(at) + " { depend = j" + std::to_string(at - 1) + "; }";
  EXPECT_EQ(machine.run(file, {.ops = op_start, .verbosity = -1}), 0);
  EXPECT_EQ(machine.names().size(), 500u);
}

}  // namespace
}  // namespace cellblock::apply
