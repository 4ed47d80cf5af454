#include "record/rules.hpp"

#include <gtest/gtest.h>

namespace cellblock::record {
namespace {

constexpr const char* jail = "jail 7 @cgroup=c/7 name=web\n";

State after(const std::string& text) {
  State state;
  EXPECT_EQ(fold(state, text), text.size());
  return state;
}

TEST(Rules, OfACableComeBack) {
  CableMade made{"br0", "web", {{"10.0.0.5", 24}}, 1, {.nat = true, .bridge_nat = "em 0", .forwards = {}}};
  made.rules.forwards = {*model::parse_forward("8080:80 from 10.0.0.0/8,fd00::/8"), *model::parse_forward("udp:53:53")};
  EXPECT_EQ(after(jail + cable_line({7, ""}, made)).cables.at({7, ""}).rules, made.rules);
  made.rules = {.nat = false, .bridge_nat = "", .forwards = {}};
  State state = after(jail + cable_line({7, ""}, made) + rules_line({7, ""}));
  EXPECT_EQ(state.cables.at({7, ""}).rules, made.rules);
  EXPECT_EQ(rewrite(after(rewrite(state))), rewrite(state));
  EXPECT_EQ(after(rewrite(state)).rules, (std::set<model::CableId>{{7, ""}}));
}

TEST(Rules, ThatMeanNothingAreNoCable) {
  State state = after(jail);
  EXPECT_FALSE(apply_line(state, "cable 7 @forward=8080 br0 web"));
  EXPECT_FALSE(apply_line(state, "rules x"));
  EXPECT_FALSE(apply_line(state, "unrules 7"));
  EXPECT_TRUE(state.cables.empty());
}

TEST(Rules, AreLooseWithoutTheirCable) {
  CableMade made{"br0", "web", {}, 1, {.nat = true, .bridge_nat = {}, .forwards = {}}};
  std::string text = jail + cable_line({7, ""}, made) + rules_line({7, ""});
  EXPECT_TRUE(loose_rules(after(text)).empty());
  EXPECT_EQ(loose_rules(after(text + uncable_line({7, ""}))), (std::vector<model::CableId>{{7, ""}}));
  // What is over for the jail is not over for the packet filter.
  EXPECT_EQ(loose_rules(after(text + end_line(7))), (std::vector<model::CableId>{{7, ""}}));
  EXPECT_TRUE(loose_rules(after(text + end_line(7) + unrules_line({7, ""}))).empty());
}

}  // namespace
}  // namespace cellblock::record
