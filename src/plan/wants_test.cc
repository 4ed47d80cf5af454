#include "plan/wants.hpp"

#include <gmock/gmock.h>

namespace cellblock::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

model::Wanted wanted(std::vector<model::Setting> settings) { return {.name = "web", .settings = std::move(settings)}; }

TEST(Wants, NegationStandsBeforeTheLastComponent) {
  EXPECT_TRUE(is_negation("nopersist", "persist"));
  EXPECT_TRUE(is_negation("allow.mount.nodevfs", "allow.mount.devfs"));
  EXPECT_FALSE(is_negation("noallow.mount", "allow.mount"));
  EXPECT_FALSE(is_negation("persist", "persist"));
  EXPECT_FALSE(is_negation("xxpersist", "persist"));
}

TEST(Wants, TruthIsNameXorValue) {
  EXPECT_TRUE(is_true(wanted({{"mount.devfs", {}}}), "mount.devfs"));
  EXPECT_FALSE(is_true(wanted({{"mount.nodevfs", {}}}), "mount.devfs"));
  EXPECT_TRUE(is_true(wanted({{"mount.nodevfs", {"false"}}}), "mount.devfs"));
  EXPECT_TRUE(is_true(wanted({{"mount.devfs", {"TRUE"}}}), "mount.devfs"));
  EXPECT_TRUE(is_true(wanted({{"mount.devfs", {"2"}}}), "mount.devfs"));
  EXPECT_FALSE(is_true(wanted({{"mount.devfs", {"0"}}}), "mount.devfs"));
  EXPECT_FALSE(is_true(wanted({}), "mount.devfs"));
}

TEST(Wants, AScalarIsItsLastValue) {
  EXPECT_EQ(*text_of(wanted({{"path", {"/a", "/b"}}}), "path"), "/b");
  EXPECT_EQ(text_of(wanted({{"path", {}}}), "path"), nullptr);
  EXPECT_EQ(text_of(wanted({}), "path"), nullptr);
}

TEST(Wants, NumbersAndLists) {
  auto jail = wanted({{"stop.timeout", {"3"}}, {"exec.start", {"a", "b"}}, {"exec.timeout", {"x"}}});
  EXPECT_EQ(number_of(jail, "stop.timeout"), 3);
  EXPECT_EQ(number_of(jail, "exec.timeout"), std::nullopt);
  EXPECT_THAT(values_of(jail, "exec.start"), ElementsAre("a", "b"));
  EXPECT_THAT(values_of(jail, "exec.stop"), IsEmpty());
}

}  // namespace
}  // namespace cellblock::plan
