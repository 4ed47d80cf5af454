#include <gmock/gmock.h>

#include <cerrno>

#include "fake/jails.hpp"
#include "fake/links.hpp"
#include "fake/mounts.hpp"
#include "fake/programs.hpp"
#include "fake/watch.hpp"

namespace cellblock::fake {
namespace {

using namespace std::chrono_literals;
using model::SetMode;
using testing::ElementsAre;
using testing::IsEmpty;

port::Entry words(std::vector<std::string> argv) { return {.argv = std::move(argv)}; }

TEST(FakeJails, FollowTheRulesOfJailSet) {
  World world;
  Jails jails(world);
  auto jid = jails.set({{"name", {"web"}}, {"persist", {}}}, SetMode::create, false);
  ASSERT_TRUE(jid);
  EXPECT_EQ(jails.find("web")->prison.jid, *jid);
  EXPECT_EQ(jails.find(std::to_string(*jid))->prison.name, "web");
  auto again = jails.set({{"name", {"web"}}, {"persist", {}}}, SetMode::create, false);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().text(), "jail \"web\" already exists");
  ASSERT_TRUE(jails.remove(*jid));
  EXPECT_EQ(jails.find("web").error().text(), "jail \"web\" not found");
}

TEST(FakeJails, SeeOnlyWhatIsBelowTheCaller) {
  World world;
  Jails host(world);
  auto outer = host.set({{"name", {"outer"}}, {"persist", {}}, {"children.max", {"3"}}}, SetMode::create, false);
  ASSERT_TRUE(outer);
  Jails inside(world, *outer);
  ASSERT_TRUE(inside.set({{"name", {"inner"}}, {"persist", {}}}, SetMode::create, false));
  EXPECT_TRUE(host.find("outer.inner"));
  EXPECT_TRUE(inside.find("inner"));
  EXPECT_FALSE(inside.find("outer"));
  EXPECT_EQ(inside.get()->jails.size(), 1u);
}

TEST(FakeJails, OneWithoutPersistEndsWithItsLastProcess) {
  World world;
  Jails jails(world);
  Watch watch(world);
  auto jid = jails.set({{"name", {"web"}}}, SetMode::create, /*attaching=*/true);
  ASSERT_TRUE(jid);
  ASSERT_TRUE(watch.add(1, std::move(*jails.enter(*jid, words({"true"})))));
  ASSERT_TRUE(watch.next(std::nullopt));
  jails.left(*jid);
  EXPECT_FALSE(jails.find("web"));
}

TEST(FakeWorld, FailsOnTheRequestItWasToldTo) {
  World world;
  Mounts mounts(world);
  world.fail_at = 2;
  EXPECT_TRUE(mounts.mount({.source = "/a", .target = "/b", .type = "nullfs"}));
  EXPECT_FALSE(mounts.mount({.source = "/a", .target = "/c", .type = "nullfs"}));
  EXPECT_TRUE(mounts.mount({.source = "/a", .target = "/d", .type = "nullfs"}));
  EXPECT_EQ(mounts.mounted.size(), 2u);
}

TEST(FakeWatch, TheClockMovesToTheNextEnd) {
  World world;
  Programs programs(world);
  Watch watch(world);
  world.scripts["slow"] = {.status = 256, .runs = 30ms};
  world.scripts["fast"] = {.runs = 10ms};
  ASSERT_TRUE(watch.add(1, std::move(*programs.run(words({"slow"})))));
  ASSERT_TRUE(watch.add(2, std::move(*programs.run(words({"fast"})))));
  auto start = world.now;
  EXPECT_EQ(watch.next(std::nullopt)->key, 2u);
  EXPECT_EQ(world.now, start + 10ms);
  EXPECT_FALSE(watch.next(start + 20ms)) << "time is up before slow ends";
  EXPECT_EQ(world.now, start + 20ms);
  auto ended = watch.next(std::nullopt);
  EXPECT_EQ(ended->key, 1u);
  EXPECT_EQ(ended->status, 256);
  EXPECT_FALSE(watch.next(std::nullopt)) << "nothing is left to wait for";
}

TEST(FakeWatch, SigtermEndsWhoObeys) {
  World world;
  Jails jails(world);
  Watch watch(world);
  auto jid = jails.set({{"name", {"web"}}, {"persist", {}}}, SetMode::create, false);
  world.scripts["daemon"] = {.leaves = 1, .ends_after_sigterm = 50ms};
  ASSERT_TRUE(jails.enter(*jid, words({"daemon"})));
  world.now += 1ms;
  auto pids = *jails.processes(*jid);
  ASSERT_EQ(pids.size(), 1u);
  EXPECT_THAT(*watch.terminate(7, pids, [] { return std::vector<pid_t>(); }), IsEmpty()) << "a recycled pid";
  EXPECT_THAT(*watch.terminate(7, pids, [&] { return *jails.processes(*jid); }), ElementsAre(pids[0]));
  EXPECT_EQ(watch.next(std::nullopt)->key, 7u);
  EXPECT_THAT(*jails.processes(*jid), IsEmpty());
}

TEST(FakeLinks, RememberAliases) {
  World world;
  Links links(world);
  EXPECT_TRUE(links.add_alias("em0", "10.0.0.1", 24));
  EXPECT_EQ(links.add_alias("em0", "10.0.0.1", 24).error().why, Why::exists);
  EXPECT_TRUE(links.remove_alias("em0", "10.0.0.1", 24));
  EXPECT_EQ(links.remove_alias("em0", "10.0.0.1", 24).error().why, Why::absent);
}

TEST(FakePrograms, MissingOnesFailBeforeTheyRun) {
  World world;
  world.missing = {"nosuch"};
  Programs programs(world);
  auto child = programs.run(words({"nosuch", "-x"}));
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().text(), "execvp: nosuch: No such file or directory");
}

}  // namespace
}  // namespace cellblock::fake
