#include "record/journal.hpp"

#include <gtest/gtest.h>

namespace cellblock::record {
namespace {

model::Jail web() {
  model::Jail jail;
  jail.prison.jid = 7;
  jail.prison.name = "web";
  jail.prison.path = "/jails/web root";
  jail.prison.persist = true;
  jail.prison.ip4 = model::Sys::fresh;
  jail.prison.ip4_addr = {"10.0.0.1", "10.0.0.2"};
  jail.prison.meta = "a=b\nc=d";
  jail.runtime.cgroup = "cellblock/7";
  jail.runtime.uid_base = 65536;
  return jail;
}

const Process maker{10, 20, 0};

TEST(Journal, AJailComesBackAsWritten) {
  State state;
  std::string line = jail_line(web(), maker);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(fold(state, line), line.size());
  const model::Jail* jail = state.snapshot.find(7);
  ASSERT_TRUE(jail);
  EXPECT_EQ(jail->prison.path, "/jails/web root");
  EXPECT_EQ(jail->prison.meta, "a=b\nc=d");
  EXPECT_EQ(jail->prison.ip4_addr, (std::vector<std::string>{"10.0.0.1", "10.0.0.2"}));
  EXPECT_TRUE(jail->prison.persist);
  EXPECT_EQ(jail->runtime.uid_base, 65536u);
  EXPECT_EQ(state.makers.at(7), maker);
}

TEST(Journal, RunHandsTheJailOverFromItsMaker) {
  State state;
  model::Runtime runtime;
  runtime.keeper = 99;
  runtime.keeper_inode = 1234;
  fold(state, jail_line(web(), maker) + run_line(7, runtime));
  EXPECT_TRUE(state.makers.empty());
  EXPECT_EQ(state.snapshot.find(7)->runtime.keeper, 99);
  EXPECT_EQ(state.snapshot.find(7)->runtime.cgroup, "cellblock/7");
  fold(state, jail_line(web(), std::nullopt));
  EXPECT_EQ(state.snapshot.find(7)->runtime.keeper, 99) << "a change of parameters keeps the runtime";
}

TEST(Journal, EndRemovesAndTheJidStaysUsed) {
  State state;
  fold(state, jail_line(web(), maker) + end_line(7));
  EXPECT_EQ(state.snapshot.find(7), nullptr);
  EXPECT_TRUE(state.makers.empty());
  EXPECT_EQ(state.snapshot.last_jid, 7);
}

TEST(Journal, HistoryIsSkippedButNotForgotten) {
  State by_line, at_once;
  std::string text = jail_line(web(), maker) + end_line(7) + jail_line(web(), maker) + run_line(7, {}) + end_line(7);
  text += jail_line(web(), maker);
  for (size_t at = 0, end; (end = text.find('\n', at)) != text.npos; at = end + 1)
    apply_line(by_line, std::string_view(text).substr(at, end - at));
  fold(at_once, text);
  EXPECT_EQ(rewrite(at_once), rewrite(by_line));
  EXPECT_TRUE(at_once.snapshot.find(7));
  EXPECT_EQ(at_once.snapshot.last_jid, 7);
}

TEST(Journal, MountsAreUndoneNewestFirst) {
  State state;
  MountMade a{maker, "/j", "/j/x", 1}, b{maker, "/j", "/j/x", 2};
  fold(state, mount_line(a) + mount_line(b) + unmount_line("/j/x"));
  ASSERT_EQ(state.mounts.size(), 1u);
  EXPECT_EQ(state.mounts[0].was, 1u);
}

TEST(Journal, KnowsTheUpperDirectoryOfAUnion) {
  State state;
  fold(state, mount_line({maker, "/j", "/j/a b", 1, "/the upper"}));
  ASSERT_EQ(state.mounts.size(), 1u);
  EXPECT_EQ(state.mounts[0].target, "/j/a b");
  EXPECT_EQ(state.mounts[0].upper, "/the upper");
  EXPECT_NE(rewrite(state).find(mount_line(state.mounts[0])), std::string::npos);
}

TEST(Journal, ABridgeIsIdleOnceItsJailsHaveEnded) {
  State state;
  fold(state, jail_line(web(), std::nullopt) + bridge_line("br0"));
  EXPECT_EQ(idle_bridges(state), std::vector<std::string>{"br0"});
  fold(state, cable_line({7, ""}, {"br0", "web", {{"10.0.0.5", 24}, {"fd00::5", 64}}, 99}));
  ASSERT_TRUE(state.cables.contains({7, ""}));
  const CableMade& made = state.cables.at({7, ""});
  EXPECT_EQ(made.bridge + " " + made.near, "br0 web");
  EXPECT_EQ(made.addresses, (std::vector<model::CableAddress>{{"10.0.0.5", 24}, {"fd00::5", 64}}));
  EXPECT_EQ(cables_at(state, "br0", "fd00::5"), (std::vector<model::CableId>{{7, ""}}));
  EXPECT_TRUE(cables_at(state, "br1", "fd00::5").empty());
  EXPECT_EQ(made.like, 99u);
  EXPECT_TRUE(idle_bridges(state).empty());
  EXPECT_TRUE(state.unjoined.contains({7, ""}));
  const model::CableId both[] = {{7, ""}, {8, ""}};
  fold(state, joined_line(both));
  EXPECT_TRUE(state.unjoined.empty());
  State again;
  fold(again, rewrite(state));
  EXPECT_EQ(rewrite(again), rewrite(state));
  fold(again, uncable_line({7, ""}));
  EXPECT_TRUE(again.cables.empty());
  EXPECT_TRUE(cables_at(again, "br0", "10.0.0.5").empty());
  fold(state, end_line(7));
  EXPECT_EQ(idle_bridges(state), std::vector<std::string>{"br0"});
  fold(state, unbridge_line("br0"));
  EXPECT_TRUE(state.bridges.empty());
}

TEST(Journal, ABridgeThatIsHeldIsNotIdle) {
  State state;
  EXPECT_FALSE(apply_line(state, "hold br0 10"));
  fold(state, bridge_line("br0") + hold_line({"br0", 10}));
  EXPECT_TRUE(idle_bridges(state).empty());
  State again;
  fold(again, rewrite(state));
  EXPECT_EQ(again.held, state.held);
  fold(state, unhold_line({"br0", 10}));
  EXPECT_EQ(idle_bridges(state), std::vector<std::string>{"br0"});
  fold(again, unbridge_line("br0"));
  EXPECT_TRUE(again.held.empty());
}

TEST(Journal, WhatWasLentEndsWithItsReturnOrTheJail) {
  State state;
  fold(state, jail_line(web(), std::nullopt) + lend_line("5ad8", {7, 0, "em0", ""}) + lend_line("77ff", {7, 3, "e b", "veth"}));
  State again;
  fold(again, rewrite(state));
  ASSERT_EQ(again.lent.size(), 2u);
  EXPECT_EQ(again.lent["5ad8"].kind, "");
  EXPECT_EQ(again.lent["77ff"].name, "e b");
  EXPECT_EQ(again.lent["77ff"].from, 3);
  fold(again, unlend_line("5ad8"));
  EXPECT_EQ(again.lent.size(), 1u);
  fold(again, end_line(7));
  EXPECT_TRUE(again.lent.empty());
  EXPECT_FALSE(apply_line(again, "lend 7 5ad8 0 em0 -"));  // of a jail that is not there
}

TEST(Journal, AJailMayHaveSeveralCables) {
  State state;
  const model::CableId second{7, "eth1"};
  fold(state, jail_line(web(), std::nullopt) + cable_line({7, ""}, {"br0", "web", {{"10.0.0.5", 24}}, 99}) +
                  cable_line(second, {"br1", "web.eth1", {{"10.1.0.5", 24}}, 98}) + rules_line(second) + joined_line({&second, 1}));
  ASSERT_EQ(state.cables.size(), 2u);
  EXPECT_EQ(state.unjoined, (std::set<model::CableId>{{7, ""}}));
  EXPECT_EQ(cables_at(state, "br1", "10.1.0.5"), std::vector<model::CableId>{second});
  State again;
  fold(again, rewrite(state));
  EXPECT_EQ(rewrite(again), rewrite(state));
  fold(again, uncable_line(second));
  EXPECT_EQ(again.cables.size(), 1u);
  fold(state, end_line(7));
  EXPECT_TRUE(state.cables.empty());
  EXPECT_TRUE(state.cable_addresses.empty());
  EXPECT_FALSE(apply_line(state, "uncable 7/"));
}

TEST(Journal, KnowsWhichCablesAreIsolated) {
  State state;
  fold(state, jail_line(web(), std::nullopt) + cable_line({7, ""}, {"br0", "web", {}, 99, {}, true}));
  EXPECT_TRUE(state.cables.at({7, ""}).isolated);
  State again;
  fold(again, rewrite(state));
  EXPECT_TRUE(again.cables.at({7, ""}).isolated);
  fold(state, cable_line({7, ""}, {"br0", "web", {{"10.0.0.5", 24}}, 99, {}, false, {10, {{20, 30}}}}));
  fold(again, rewrite(state));
  EXPECT_EQ(again.cables.at({7, ""}).vlans, (model::Vlans{10, {{20, 30}}}));
  EXPECT_EQ(cables_at(again, "br0.10", "10.0.0.5").size(), 1u);
  EXPECT_FALSE(state.cables.at({7, ""}).isolated);
}

TEST(Journal, CablesOfNobodyAreNone) {
  State state;
  fold(state, jail_line(web(), std::nullopt));
  for (auto bad : {"cable 8 @like=1 br0 x", "cable 7 br0", "cable 7 br0 x 10.0.0.5", "cable 7 br0 x 10.0.0.5/129",
                   "cable 7 br0 x /24", "uncable 7", "unbridge br0", "bridge", "bridge a b"})
    EXPECT_FALSE(apply_line(state, bad)) << bad;
  EXPECT_TRUE(state.cables.empty() && state.bridges.empty());
}

TEST(Journal, TornAndForeignLinesChangeNothing) {
  State state;
  std::string text = jail_line(web(), maker);
  size_t whole = text.size();
  text += "end 7";  // no newline: torn
  EXPECT_EQ(fold(state, text), whole);
  EXPECT_TRUE(state.snapshot.find(7));
  for (auto line : {"", "jail", "jail x", "jail 0 name=x", "jail 9999999", "run 8 @keeper=1:2:3", "run 7 @keeper=1:2",
                    "mount /x", "alias a b c", "end 9", "jail 8 nosuchparameter=1", "\x01\x02", "last -1"})
    EXPECT_FALSE(apply_line(state, line)) << line;
  EXPECT_EQ(state.snapshot.jails.size(), 1u);
}

TEST(Journal, NumbersThatDoNotFitAreNoNumbers) {
  State state;
  for (auto line : {"mount @owner=-1:2:3 /x", "mount @owner=0:2:3 /x", "mount @owner=4294967297:2:3 /x",
                    "mount @owner=1:-2:3 /x", "alias @owner=1:2:3 em0 10.0.0.1 129", "alias @owner=1:2:3 em0 10.0.0.1 -1"})
    EXPECT_FALSE(apply_line(state, line)) << line;
  EXPECT_TRUE(apply_line(state, "mount @owner=1:18446744073709551615:3 @was=-1 /x"));
  EXPECT_EQ(state.mounts[0].owner.inode, 18446744073709551615u);
  EXPECT_EQ(state.mounts[0].was, 0u);
}

TEST(Journal, AMakerStartsANewLife) {
  State state;
  fold(state, "jail 7 @cgroup=c/7 name=a\nrun 7 @keeper=9:9:9\njail 7 @owner=1:2:3 @cgroup=c/7 name=b\n");
  EXPECT_EQ(state.snapshot.find(7)->runtime.keeper, 0);
  EXPECT_EQ(state.makers.at(7).pid, 1);
}

TEST(Journal, NoJailIsBelowItself) {
  State state;
  fold(state, "jail 7 @parent=7 name=a\njail 7 @parent=8 name=b\njail 8 @parent=9 name=c\njail 9 @parent=7 name=d\n");
  EXPECT_EQ(state.snapshot.find(7)->prison.name, "b");
  EXPECT_EQ(state.snapshot.find(8)->prison.name, "c");
  EXPECT_FALSE(state.snapshot.find(9));
}

TEST(Journal, RewriteFoldsToTheSameState) {
  State state;
  model::Runtime runtime;
  runtime.keeper = 99;
  model::Jail other = web();
  other.prison.jid = 9;
  other.prison.name = "web.inner";
  other.prison.parent = 7;
  fold(state, std::string(header) + jail_line(web(), maker) + run_line(7, runtime) + jail_line(other, maker) +
                  mount_line({maker, "/j", "/j/x", 1}) + alias_line({maker, "em0", "10.0.0.1", 32}) + end_line(3));
  State again;
  std::string text = rewrite(state);
  EXPECT_EQ(fold(again, text), text.size());
  EXPECT_EQ(rewrite(again), text);
  EXPECT_EQ(again.snapshot.find(9)->prison.parent, 7);
  EXPECT_EQ(again.makers.size(), 1u);
}

}  // namespace
}  // namespace cellblock::record
