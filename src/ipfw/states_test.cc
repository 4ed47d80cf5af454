#include "ipfw/states.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace cellblock::ipfw {
namespace {

/// One letter a rule: '+' asks.
std::string asking(std::vector<std::string> lines, const std::set<size_t>& entries = {0}) {
  std::vector<Kept> rules;
  for (const std::string& line : lines) rules.push_back({0, 0, *parse_rule(split_words(line))});
  std::string out;
  for (bool asks : askers(rules, 0, entries)) out += asks ? '+' : '.';
  return out;
}

TEST(Askers, ThePacketsWayCountsNotTheOrderOfRules) {
  EXPECT_EQ(asking({"100 check-state", "200 allow tcp from any to any keep-state", "300 check-state"}), "+..") << "asked once";
  EXPECT_EQ(asking({"100 allow tcp from any to any keep-state", "200 allow udp from any to any keep-state"}), "+.");
  EXPECT_EQ(asking({"100 skipto 300 ip from 10.0.0.1 to any", "200 check-state", "300 allow ip from any to any keep-state"}), ".++");
  EXPECT_EQ(asking({"100 check-state", "200 skipto 400 ip from 10.0.0.1 to any", "300 count ip from any to any", "400 allow ip from any to any keep-state"}), "+...");
  EXPECT_EQ(asking({"100 skipto tablearg ip from table(1) to any", "200 check-state", "300 allow ip from any to any keep-state", "400 check-state"}), ".+++");
  EXPECT_EQ(asking({"100 check-state", "200 check-state", "300 count ip from any to any"}, {0, 1}), "++.") << "what comes in at the second";
}

TEST(Askers, EachNameIsAskedForOnce) {
  EXPECT_EQ(asking({"100 check-state :a", "200 check-state", "300 check-state :a", "400 check-state :any", "500 check-state :b"}), "++.+.");
  Rule any = *parse_rule(split_words("check-state :any")), a = *parse_rule(split_words("check-state :a")), plain = *parse_rule(split_words("check-state"));
  Rule keeps = *parse_rule(split_words("allow ip from any to any keep-state :a"));
  EXPECT_TRUE(asks_for(any, keeps));
  EXPECT_TRUE(asks_for(a, keeps));
  EXPECT_FALSE(asks_for(plain, keeps));
  EXPECT_FALSE(asks_for(any, a)) << "keeps none";
}

}  // namespace
}  // namespace cellblock::ipfw
