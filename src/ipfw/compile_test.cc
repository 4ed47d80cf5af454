#include "ipfw/compile.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.hpp"

namespace cellblock::ipfw {
namespace {

Ruleset set_of(std::vector<std::string> lines) {
  Ruleset out;
  uint32_t id = 1;
  for (const std::string& line : lines) {
    auto rule = parse_rule(split_words(line));
    EXPECT_TRUE(rule) << line;
    if (rule) out.rules.push_back({id, id, std::move(*rule)});
    ++id;
  }
  return out;
}

std::vector<nft::SeenRule> rules_of(const Ruleset& set, std::string_view chain) {
  nft::Batch batch;
  EXPECT_TRUE(compile(set, batch));
  std::vector<nft::SeenRule> out;
  for (const auto& request : batch.requests()) {
    auto rule = nft::parse_rule(std::string_view(request.bytes().data(), request.bytes().size()).substr(16));
    if (rule.chain == chain && !rule.expressions.empty()) out.push_back(std::move(rule));
  }
  return out;
}

TEST(Compile, EndsEachDirectionWithTheDefault) {
  for (std::string_view chain : {"in.0", "out.0"}) {
    auto rules = rules_of({}, chain);
    ASSERT_EQ(rules.size(), 1u);
    EXPECT_EQ(rules[0].counter, "r0");
  }
}

TEST(Compile, LeavesOutWhatADirectionNeverHas) {
  Ruleset set = set_of({"100 allow ip from any to any in", "200 allow ip from any to any xmit em0"});
  EXPECT_EQ(rules_of(set, "in.0").size(), 2u);
  EXPECT_EQ(rules_of(set, "out.0").size(), 2u);
}

TEST(Compile, LogsWithinALimitThatOutlivesTheRulesText) {
  Ruleset set = set_of({"100 count log logamount 3 ip from any to any", "200 count log ip from any to any"});
  auto limit = log_limit_of(set.rules[0]);
  ASSERT_TRUE(limit);
  EXPECT_EQ(limit->limit.burst, 3u);
  EXPECT_FALSE(log_limit_of(set.rules[1]));
  auto rules = rules_of(set, "a.in.1");
  ASSERT_EQ(rules.size(), 2u) << "the log, what is done";
  ASSERT_EQ(rules[0].expressions.size(), 2u);
  EXPECT_EQ(rules[0].expressions[0].name, "objref");
  EXPECT_EQ(rules[0].expressions[1].name, "log");
}

TEST(Compile, SkipsToTheNextRuleThatIsThere) {
  Ruleset set = set_of({"100 skipto 250 ip from any to any", "200 deny ip from any to any", "300 allow ip from any to any"});
  EXPECT_EQ(rules_of(set, "in.0").size(), 3u) << "skipto, deny, on to the next part";
  EXPECT_EQ(rules_of(set, "in.2").size(), 2u) << "allow, the default";
}

TEST(Compile, RefusesRulesOfTooManyCombinations) {
  std::string many = "100 allow tcp from 10.0.0.0";
  for (int i = 1; i < 100; ++i) many += fmt::format(",10.0.0.{}", i);
  nft::Batch batch;
  auto done = compile(set_of({many + " 1,2,3,4,5,6,7,8,9,10 to any"}), batch);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().text().find("rule too big"), std::string::npos);
}

TEST(Compile, LeavesOutDisabledSets) {
  Ruleset set = set_of({"100 set 3 allow ip from any to any", "200 skipto 300 ip from any to any", "300 set 3 count ip from any to any", "400 count ip from any to any"});
  EXPECT_EQ(rules_of(set, "in.0").size(), 3u);
  set.off = 1 << 3;
  EXPECT_EQ(rules_of(set, "in.0").size(), 2u) << "skipto, on";
  EXPECT_EQ(rules_of(set, "in.1").size(), 2u) << "what is now the second";
}

TEST(Compile, ATagIsABitOfTheMark) {
  Ruleset set = set_of({"100 count tag 5 ip from any to any", "200 allow ip from any to any tagged 5", "300 allow ip from any to any tagged 6"});
  EXPECT_EQ(rules_of(set, "in.0").size(), 3u) << "none has tag 6";
  std::vector<std::string> many;
  for (int i = 1; i <= 8; ++i) many.push_back(fmt::format("100 count tag {} ip from any to any", i));
  nft::Batch batch;
  EXPECT_EQ(compile(set_of(many), batch).error().text(), "tag 8: at most 7 different tags on this system");
}

TEST(Compile, ALimitHasASetOfEachFamily) {
  nft::Batch batch;
  auto made = compile(set_of({"100 allow tcp from any to any limit src-addr 2"}), batch);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->sets.size(), 4u);
}

TEST(Compile, AConnectionsMarkNamesItsRule) {
  EXPECT_EQ(id_of_mark(0x1f000007), 7u);
  EXPECT_EQ(id_of_mark(0x3f000007), std::nullopt);
  EXPECT_EQ(id_of_mark(0), std::nullopt);
}

TEST(Tables, AreMadeByTheRulesThatNameThem) {
  Ruleset set = set_of({"100 allow ip from table(1) to any via table(2)", "200 allow ip from any to any lookup dst-port 3"});
  ASSERT_TRUE(name_tables(set));
  EXPECT_EQ(set.tables.size(), 3u);
  EXPECT_EQ(set.table("2")->type, TableType::iface);
  EXPECT_EQ(set.table("3")->type, TableType::number);
  EXPECT_EQ(references(set, "1"), 1u);
  Ruleset wrong = set_of({"100 allow ip from table(1) to any via table(1)"});
  EXPECT_EQ(name_tables(wrong).error().text(), "table(1): has type addr, not iface");
}

TEST(Compile, WhatIsDivertedGoesOnBehindTheRule) {
  Ruleset set = set_of({"100 count ip from any to any", "200 divert natd ip from any to any via em0", "300 deny ip from any to any"});
  EXPECT_EQ(rules_of(set, "in.0").size(), 4u) << "nobody serves the port: the packet is dropped";
  EXPECT_TRUE(rules_of(set, "in2.2").empty());
  set.nats.push_back(*parse_nat(8668, split_words("if em0")));
  EXPECT_TRUE(rules_of(set, "in2.2").empty()) << "an instance of the same number is another thing";
  set.nats[0].diverted = true;
  EXPECT_EQ(rules_of(set, "in.0").size(), 3u);
  EXPECT_EQ(rules_of(set, "in2.2").size(), 2u) << "deny, the default";
  EXPECT_EQ(rules_of(set, "out2.2").size(), 2u);
  EXPECT_EQ(rules_of(set, "behind.in").size(), 1u);
  EXPECT_EQ(rules_of(set, "nat.out").size(), 1u);
}

TEST(Compile, LeadsToAnotherMachineByAMarkAndToThisOneByTranslation) {
  Ruleset set = set_of({"100 fwd 10.0.0.1,3128 tcp from any to any 80", "200 fwd 10.0.0.9 ip from any to any"});
  set.rules[0].rule.hop->local = true;
  EXPECT_EQ(rules_of(set, "in.0").size(), 3u);
  EXPECT_EQ(rules_of(set, "out.0").size(), 2u) << "only what goes on, and the default";
  EXPECT_EQ(rules_of(set, "nat.in").size(), 2u) << "TCP, UDP";
  EXPECT_EQ(rules_of(set, "output.route").size(), 2u);
  EXPECT_NE(mark_of_hop(*net::parse_ip("10.0.0.9")), mark_of_hop(*net::parse_ip("10.0.0.10")));
}

TEST(Compile, AsksForSocketsOnlyWhereTheKernelTellsThem) {
  Ruleset set = set_of({"100 deny tcp from any to any jail 5"});
  EXPECT_EQ(rules_of(set, "in.0").size(), 1u) << "there is no such jail";
  set.find_jails([](uint32_t jid) { return jid == 5 ? Group{77, 2} : Group{}; });
  EXPECT_EQ(rules_of(set, "in.0").size(), 2u);
  EXPECT_EQ(rules_of(set, "out.0").size(), 1u);
  EXPECT_EQ(rules_of(set, "own.0").size(), 2u);
}

TEST(Compile, IsTurnedOffAsAWholeOrInParts) {
  Ruleset set = set_of({"100 nat 1 log ip from any to any", "200 count ip from any to any"});
  set.nats.push_back(*parse_nat(1, split_words("if em0")));
  EXPECT_EQ(rules_of(set, "in.0").size(), 3u);
  EXPECT_TRUE(rules_of(set, "in2.1").empty()) << "what is translated is accepted";
  auto logs = [&set] { return std::ranges::count(rules_of(set, "in.0")[0].expressions, "log", &nft::SeenExpression::name); };
  EXPECT_EQ(logs(), 1);
  *set.switches.find("verbose") = false;
  EXPECT_EQ(logs(), 0);
  *set.switches.find("one_pass") = false;
  EXPECT_EQ(rules_of(set, "in2.1").size(), 2u) << "count, the default";
  *set.switches.find("enable") = false;
  EXPECT_TRUE(rules_of(set, "in.0").empty());
  EXPECT_FALSE(set.switches.find("frob"));
}

TEST(Compile, ATablesValueLeadsToAnyRuleBehind) {
  Ruleset set = set_of({"100 skipto tablearg ip from table(1) to any", "200 deny ip from any to any", "200 count ip from any to any", "300 allow ip from any to any"});
  EXPECT_EQ(rules_of(set, "in.0").size(), 2u) << "the rule, and on";
  EXPECT_EQ(rules_of(set, "a.in.1").size(), 3u) << "count, IPv4, IPv6";
  EXPECT_EQ(rules_of(set, "in.1").size(), 3u) << "both of 200";
  EXPECT_EQ(rules_of(set, "in.3").size(), 2u);
  EXPECT_EQ(rules_of(set, "in.4").size(), 1u);
}

TEST(Compile, AnswersNothingBehindTheTranslationOfWhatLeaves) {
  Ruleset set = set_of({"100 divert 8668 ip from any to any", "200 unreach host ip from any to any"});
  set.nats.push_back(*parse_nat(8668, split_words("if em0")));
  set.nats[0].diverted = true;
  EXPECT_EQ(rules_of(set, "a.in2.2").size(), 3u) << "count, answer, drop";
  EXPECT_EQ(rules_of(set, "a.out2.2").size(), 2u);
}

}  // namespace
}  // namespace cellblock::ipfw
