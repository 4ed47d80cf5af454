#include "apply/scheduler.hpp"

#include <gmock/gmock.h>

#include "apply/testing.hpp"

namespace cellblock::apply {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const Orders start{.ops = op_start}, restart{.ops = op_start | op_stop}, change{.ops = op_set};

model::Wanted described(std::vector<model::Setting> settings) { return {.settings = std::move(settings)}; }

TEST(Start, RunsTheStepsInOrder) {
  Machine machine;
  EXPECT_EQ(machine.run("web { path = /; exec.prestart = 'pre'; exec.created = 'made'; exec.start = 'in';"
                        "      exec.poststart = 'post'; interface = em0; ip4.addr = 10.0.0.1/24; }",
                        start),
            0);
  EXPECT_THAT(machine.world.log,
              ElementsAre("alias em0 10.0.0.1/24", "run: pre", "create persist name=web path=/ ip4.addr=10.0.0.1",
                          "run: made", "enter 1: in", "run: post", "update jid=1 nopersist"));
  EXPECT_EQ(machine.voice.both, "web: created\n");
  EXPECT_THAT(machine.names(), IsEmpty()) << "nothing runs in it and it does not persist";
}

TEST(Start, ASingleCommandNeedsNoTemporaryPersist) {
  Machine machine;
  machine.world.scripts["in"] = {.leaves = 1};
  EXPECT_EQ(machine.run("web { path = /; exec.start = in; }", start), 0);
  EXPECT_THAT(machine.world.log, ElementsAre("create attaching name=web path=/", "enter 1: in"));
  EXPECT_THAT(machine.names(), ElementsAre("web")) << "what the command left behind keeps it";
}

TEST(Start, ABackgroundCommandIsNotWaitedFor) {
  Machine machine;
  machine.world.scripts["daemon"] = {.runs = 1h};
  EXPECT_EQ(machine.run("web { path = /; persist; exec.start = 'daemon &'; }", start), 0);
  EXPECT_EQ(machine.world.now, port::Time{});
  EXPECT_THAT(machine.names(), ElementsAre("web"));
}

TEST(Start, VerboseTellsEveryStep) {
  Machine machine;
  machine.run("web { path = /; exec.jail_user = www; exec.prestart = pre; exec.start = 'in it'; }",
              {.ops = op_start, .verbosity = 1});
  EXPECT_EQ(machine.voice.both,
            "web: run command: pre\n"
            "web: jail_set(JAIL_CREATE) persist name=web path=/\n"
            "web: created\n"
            "web: run command in jail as www: in it\n"
            "web: jail_set(JAIL_UPDATE) jid=1 nopersist\n");
}

TEST(Start, QuietSaysNothing) {
  Machine machine;
  machine.run("web { path = /; persist; }", {.ops = op_start, .verbosity = -1});
  EXPECT_EQ(machine.voice.both, "");
}

TEST(Start, PrintsTheJidAlone) {
  Machine machine;
  machine.run("web { path = /; persist; jid = 7; }", {.ops = op_start, .verbosity = -1, .print_jid = true});
  EXPECT_EQ(machine.voice.out, "7\n");
}

TEST(Start, AJailOfTheCommandLineIsSilent) {
  Machine machine;
  EXPECT_EQ(machine.run({described({{"name", {"x"}}, {"path", {"/"}}, {"command", {"/bin/true"}}})}, start,
                        Source::command_line),
            0);
  EXPECT_EQ(machine.voice.both, "");
  EXPECT_THAT(machine.world.log, ElementsAre("create attaching name=x path=/", "enter 1: /bin/true"));
}

TEST(Start, AFailedCommandOfTheCommandLineIsNamedWithoutTheJail) {
  Machine machine;
  machine.world.scripts["false"] = {.status = 256};
  EXPECT_EQ(machine.run({described({{"name", {"x"}}, {"command", {"false"}}})}, start, Source::command_line), 1);
  EXPECT_EQ(machine.voice.err, "jail: false: failed\n");
  EXPECT_THAT(machine.names(), IsEmpty());
}

TEST(Start, WhatRunsAlreadyIsAnErrorOnlyByName) {
  Machine machine;
  std::string file = "web { path = /; persist; }";
  machine.run(file, start);
  machine.forget();
  EXPECT_EQ(machine.run(file, start), 0) << "all jails: those that run are done";
  EXPECT_EQ(machine.voice.both, "");
  EXPECT_EQ(machine.run(file, start, {"web"}), 1);
  EXPECT_EQ(machine.voice.err, "jail: \"web\" already exists\n");
  machine.forget();
  EXPECT_EQ(machine.run({described({{"name", {"web"}}, {"persist", {}}})}, start, Source::command_line), 1);
  EXPECT_EQ(machine.voice.err, "jail: \"web\" already exists\n") << "also when the creation finds it out";
  machine.forget();
  EXPECT_EQ(machine.run({described({{"jid", {"5"}}, {"name", {"web"}}, {"persist", {}}})}, start, Source::command_line), 1);
  EXPECT_EQ(machine.voice.err, "jail: jail \"web\" already exists\n") << "it is the name that is taken, not the jid";
  machine.forget();
  EXPECT_EQ(machine.run({described({{"jid", {"1"}}, {"name", {"x"}}, {"persist", {}}})}, start, Source::command_line), 1);
  EXPECT_EQ(machine.voice.err, "jail: \"1\" already exists\n");
}

TEST(Start, BadPathsAreNamed) {
  Machine machine;
  EXPECT_EQ(machine.run("a { path = nowhere; persist; } b { path = /nowhere; persist; }"
                        "c { path = /etc/passwd; persist; }",
                        start),
            1);
  EXPECT_EQ(machine.voice.err,
            "jail: a: path nowhere: not an absolute pathname\n"
            "jail: b: path /nowhere: No such file or directory\n"
            "jail: c: path /etc/passwd: Not a directory\n");
}

TEST(Start, MissingProgramsAndSignalsAreNamed) {
  Machine machine;
  machine.world.missing = {"nosuch"};
  machine.world.scripts["crash"] = {.status = 11};
  machine.run("a { path = /; exec.start = nosuch; }  b { path = /; exec.prestart = crash; persist; }", start);
  EXPECT_THAT(machine.voice.err, HasSubstr("jail: a: exec nosuch: No such file or directory\n"
                                           "jail: a: nosuch: failed\n"));
  EXPECT_THAT(machine.voice.err, HasSubstr("jail: b: crash: exited on signal 11\n"));
}

TEST(Start, CommandsHaveATimeout) {
  Machine machine;
  machine.world.scripts["slow"] = {.runs = 1h};
  EXPECT_EQ(machine.run("web { path = /; persist; exec.timeout = 2; exec.prestart = slow; }", start), 1);
  EXPECT_EQ(machine.voice.err, "jail: web: slow: timed out\n");
  EXPECT_EQ(machine.world.now, port::Time{} + 2s);
}

TEST(Start, EveryJailHasItsOwnTimeout) {
  Machine machine;
  machine.world.scripts["slow"] = {.runs = 1h};
  machine.world.scripts["quick"] = {.runs = 3s};
  machine.run("a { path = /; persist; exec.timeout = 5; exec.prestart = slow; }"
              "b { path = /; persist; exec.timeout = 4; exec.prestart = quick; }"
              "c { path = /; persist; exec.timeout = 1; exec.prestart = slow; }",
              start);
  EXPECT_EQ(machine.voice.both, "jail: c: slow: timed out\nb: created\njail: a: slow: timed out\n");
}

TEST(Start, AllReadyJailsAdvanceAtOnce) {
  Machine machine;
  machine.world.scripts["one"] = {.runs = 1s};
  std::string file = "* { path = /; persist; exec.prestart = one; }";
  for (int at = 0; at < 10; ++at) file += "j" + std::to_string(at) + " {}";
  EXPECT_EQ(machine.run(file, start), 0);
  EXPECT_EQ(machine.watch.most_at_once, 10u);
  EXPECT_EQ(machine.world.now, port::Time{} + 1s) << "ten jails take as long as one";
}

TEST(Start, TheLimitCapsCommands) {
  Machine machine;
  machine.world.scripts["one"] = {.runs = 1s};
  std::string file = "* { path = /; persist; exec.prestart = one; }";
  for (int at = 0; at < 10; ++at) file += "j" + std::to_string(at) + " {}";
  EXPECT_EQ(machine.run(file, {.ops = op_start, .parallel = 3}), 0);
  EXPECT_EQ(machine.watch.most_at_once, 3u);
  EXPECT_EQ(machine.world.now, port::Time{} + 4s);
  EXPECT_EQ(machine.names().size(), 10u);
}

TEST(Start, ALimitOfOneKeepsTheOrder) {
  Machine machine;
  machine.world.scripts["one"] = {.runs = 1s};
  EXPECT_EQ(machine.run("* { path = /; persist; exec.prestart = one; } c {} a {} b {}",
                        {.ops = op_start, .parallel = 1}),
            0);
  EXPECT_EQ(machine.voice.both, "c: created\na: created\nb: created\n");
}

TEST(Start, HooksKnowTheJail) {
  Machine machine;
  machine.run("web { path = /; persist; exec.prestart = 'echo \"pre $JID $JNAME $JPATH\"';"
              "      exec.poststart = 'echo \"post $JID $JNAME $JPATH\"'; }",
              {.ops = op_start, .verbosity = -1});
  EXPECT_EQ(machine.voice.out, "\"pre  web /\"\n\"post 1 web /\"\n");
}

TEST(Start, AnUnnamedJailIsKnownByItsJid) {
  Machine machine;
  machine.run({described({{"path", {"/"}}, {"persist", {}}, {"exec.poststart", {"echo \"$JID $JNAME\""}}})}, start,
              Source::command_line);
  EXPECT_EQ(machine.voice.out, "\"1 1\"\n");
}

TEST(Start, InterfacesMoveIntoTheJail) {
  Machine machine;
  machine.run("web { path = /; persist; vnet; vnet.interface = a, b; }", start);
  EXPECT_THAT(machine.links.moved, UnorderedElementsAre(testing::Pair("a", 10001), testing::Pair("b", 10001)));
}

TEST(Start, DatasetsWithoutTheJailedPropertyAreNoError) {
  Machine machine;
  machine.world.scripts["zfs jail 1 tank/x"] = {.status = 256};
  EXPECT_EQ(machine.run("web { path = /; persist; zfs.dataset = tank/x; }", start), 0);
  EXPECT_THAT(machine.world.log, testing::Contains("run: zfs jail 1 tank/x"));
}

TEST(Start, DyingIsDeprecated) {
  Machine machine;
  machine.run("a { path = /; persist; allow.dying; } b { path = /; persist; allow.dying; }", start);
  EXPECT_EQ(machine.voice.err,
            "jail: the 'allow.dying' parameter and '-d' flag are deprecated and have no effect.\n");
}

TEST(Start, FstabFilesThatCannotBeReadAreNamed) {
  Machine machine;
  EXPECT_EQ(machine.run("a { path = /; persist; mount.fstab = /nowhere; }", start), 1);
  EXPECT_EQ(machine.voice.err, "jail: a: mount.fstab: /nowhere: No such file or directory\n");
  EXPECT_THAT(machine.world.log, IsEmpty());
}

TEST(Start, OwnMountsAreCheckedButNotMounted) {
  Machine machine;
  EXPECT_EQ(machine.run("a { persist; mount.devfs; }", start), 1);
  EXPECT_EQ(machine.voice.err, "jail: a: mount.devfs: no jail root path defined\n");
  machine.forget();
  EXPECT_EQ(machine.run("a { path = /; persist; mount.devfs; mount.procfs; }", start), 0);
  EXPECT_THAT(machine.mounts.mounted, IsEmpty());
  EXPECT_THAT(machine.world.log, ElementsAre("create name=a path=/ persist mount.devfs mount.procfs"));
}

TEST(Change, UpdatesWhatCanChange) {
  Machine machine;
  machine.run("web { path = /; persist; }", start);
  machine.forget();
  EXPECT_EQ(machine.run("web { path = /; persist; securelevel = 2; }", change), 0);
  EXPECT_THAT(machine.world.log, ElementsAre("update jid=1 name=web persist securelevel=2"));
  EXPECT_EQ(machine.voice.both, "web: updated\n");
  EXPECT_EQ(machine.world.jails.find(1)->prison.securelevel, 2);
}

TEST(Change, RefusesWhatIsFixed) {
  Machine machine;
  machine.run("web { path = /; persist; }", start);
  machine.forget();
  EXPECT_EQ(machine.run("web { path = /tmp; persist; }", change), 1);
  EXPECT_EQ(machine.voice.both, "jail: web: path cannot be changed after creation\n");
}

TEST(Change, NeedsARunningJail) {
  Machine machine;
  EXPECT_EQ(machine.run("web { path = /; persist; }", change), 1);
  EXPECT_EQ(machine.voice.err, "jail: \"web\" not found\n");
  machine.forget();
  EXPECT_EQ(machine.run({described({{"persist", {}}})}, change, Source::command_line), 1);
  EXPECT_EQ(machine.voice.err, "jail: no jail specified\n");
}

TEST(ChangeOrRestart, RestartsOnlyForWhatIsFixed) {
  Machine machine;
  machine.run("web { path = /; persist; }", start);
  machine.forget();
  EXPECT_EQ(machine.run("web { path = /; persist; securelevel = 1; }", {.ops = op_set | op_stop}), 0);
  EXPECT_EQ(machine.voice.both, "web: updated\n");
  machine.forget();
  EXPECT_EQ(machine.run("web { path = /tmp; persist; }", {.ops = op_set | op_stop, .note_removed = true}), 0);
  EXPECT_EQ(machine.voice.both, "web: removed\nweb: created\n");
}

TEST(CreateOrChange, DoesWhatItTakes) {
  Machine machine;
  std::string file = "web { path = /; persist; }";
  EXPECT_EQ(machine.run(file, {.ops = op_start | op_set}), 0);
  EXPECT_EQ(machine.run(file, {.ops = op_start | op_set}), 0);
  EXPECT_EQ(machine.voice.both, "web: created\nweb: updated\n");
  machine.forget();
  EXPECT_EQ(machine.run("web { path = /tmp; persist; } db { path = /; persist; }",
                        {.ops = op_start | op_set | op_stop, .note_removed = true}),
            0);
  EXPECT_EQ(machine.voice.both, "web: removed\ndb: created\nweb: created\n");
}

TEST(Restart, StopsThenStarts) {
  Machine machine;
  std::string file = "web { path = /; persist; exec.poststop = stopped; exec.prestart = starting; }";
  machine.run(file, start);
  machine.forget();
  EXPECT_EQ(machine.run(file, restart, {"web"}), 0);
  EXPECT_THAT(machine.world.log,
              ElementsAre("remove 1", "run: stopped", "run: starting", "create name=web path=/ persist"));
}

TEST(Restart, OfWhatDoesNotRunIsAnErrorOnlyByName) {
  Machine machine;
  std::string file = "web { path = /; persist; }";
  EXPECT_EQ(machine.run(file, restart, {"web"}), 1);
  EXPECT_EQ(machine.voice.err, "jail: \"web\" not found\n");
  machine.forget();
  EXPECT_EQ(machine.run(file, restart), 0);
  EXPECT_EQ(machine.voice.both, "web: created\n");
}

TEST(Select, UnknownTargetsAreNamed) {
  Machine machine;
  EXPECT_EQ(machine.run("web { path = /; }", start, {"nosuch"}), 1);
  EXPECT_EQ(machine.voice.err, "jail: \"nosuch\" not found\n");
}

TEST(Select, WildcardsMatchConfiguredJails) {
  Machine machine;
  std::string file = "* { path = /; persist; } a { children.max = 3; } a.b {} a.c {} d {}";
  EXPECT_EQ(machine.run(file, start, {"a"}), 0);
  EXPECT_EQ(machine.run(file, start, {"a.*"}), 0);
  EXPECT_THAT(machine.names(), UnorderedElementsAre("a", "a.b", "a.c"));
}

}  // namespace
}  // namespace cellblock::apply
