#include "pf/compile.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "nft/dump.hpp"

namespace cellblock::pf {
namespace {

class House final : public Machine {
 public:
  std::vector<TableEntry> addresses(const std::string& interface, Part) const override {
    return interface == "em0" ? std::vector<TableEntry>{*parse_entry("10.0.0.1")} : std::vector<TableEntry>{};
  }
  std::optional<uint32_t> user(const std::string&) const override { return {}; }
  std::optional<uint32_t> group(const std::string&) const override { return {}; }
};

Whole whole_of(std::map<std::string, std::string> texts) {
  Whole out;
  uint32_t first = 100;
  for (auto& [anchor, text] : texts) {
    conf::MemorySources none;
    Parsed parsed = parse_text(none, "pf.conf", text, House());
    EXPECT_TRUE(parsed.problems.empty()) << parsed.problems[0].text();
    out.rulesets[anchor] = {std::move(parsed.rules), first};
    first += 100;
  }
  return out;
}

struct Made {
  Result<Compiled> done;
  std::vector<nft::SeenRule> rules;
  std::vector<std::string> sets;

  /// What the chain's rules count by, without the number's first digit and the way; "-": nothing.
  std::string counters(std::string_view chain) const {
    std::string out;
    for (const nft::SeenRule& rule : rules)
      if (rule.chain == chain) out += (out.empty() ? "" : " ") + (rule.counter.empty() ? "-" : rule.counter);
    return out;
  }
  std::vector<nft::SeenRule> in(std::string_view chain) const {
    std::vector<nft::SeenRule> out;
    std::ranges::copy_if(rules, std::back_inserter(out), [&](const nft::SeenRule& rule) { return rule.chain == chain; });
    return out;
  }
  size_t count(std::string_view chain, std::string_view expression) const {
    size_t out = 0;
    for (const nft::SeenRule& rule : in(chain)) out += static_cast<size_t>(std::ranges::count(rule.expressions, expression, &nft::SeenExpression::name));
    return out;
  }
};

Made make(std::map<std::string, std::string> texts) {
  Whole whole = whole_of(std::move(texts));
  nft::Batch batch;
  Made out{compile(whole, tables_of(whole, House()), batch), {}, {}};
  for (const auto& request : batch.requests()) {
    auto rule = nft::parse_rule(std::string_view(request.bytes().data(), request.bytes().size()).substr(16));
    if (!rule.chain.empty() && !rule.expressions.empty()) out.rules.push_back(std::move(rule));
  }
  return out;
}

std::string problem(std::string text) {
  Made made = make({{"", std::move(text)}});
  return made.done ? "" : made.done.error().text();
}

TEST(PfCompile, AsksQuickRulesInOrderAndTheOthersFromTheLast) {
  Made made = make({{"", "block all\nblock quick from 10.0.0.1\npass in proto udp no state\npass quick proto icmp no state\nblock in proto tcp"}});
  ASSERT_TRUE(made.done);
  EXPECT_EQ(made.counters("|in.quick"), "i101 i103");
  EXPECT_EQ(made.counters("|in"), "i104 i102 i100");
  EXPECT_EQ(made.counters("|out"), "o100");
}

TEST(PfCompile, NotesMatchRulesAmongTheQuick) {
  Made made = make({{"", "match in tag a\nblock quick tagged a\nmatch in log"}});
  EXPECT_EQ(made.counters("|in.quick"), "i100 i101 i102");
  EXPECT_EQ(made.counters("|in"), "");
}

TEST(PfCompile, TagsWhetherOrNotARuleDecides) {
  Made made = make({{"", "pass in proto tcp tag a no state\nblock in proto tcp\nblock in quick tagged a"}});
  EXPECT_EQ(made.counters("|in.quick"), "- i102") << "before what asks for the tag";
  EXPECT_EQ(made.count("|in.quick", "ct"), 2u);
}

TEST(PfCompile, HoldsFlagsToTcpAlone) {
  EXPECT_EQ(make({{"", "pass in"}}).in("|in").size(), 2u) << "TCP's first packet; all that isn't TCP";
  EXPECT_EQ(make({{"", "pass in flags any"}}).in("|in").size(), 1u);
  EXPECT_EQ(make({{"", "pass in proto udp"}}).in("|in").size(), 1u);
}

TEST(PfCompile, MakesStatesOfRulesThatKeepThem) {
  Made made = make({{"", "pass in proto udp\npass in proto udp no state"}});
  EXPECT_EQ(made.count("|in", "ct"), 1u);
  EXPECT_EQ(made.counters("|in"), "i101 i100");
}

TEST(PfCompile, AsksTablesByFamilyWhereverTheyLie) {
  Made made = make({{"", "table <t> { 10.0.0.1 }\nblock in from <t>"}, {"a", "block in from <t>\nblock in from <own>\ntable <own> {}"}});
  EXPECT_EQ(made.in("|in").size(), 2u) << "one for each family";
  EXPECT_EQ(made.count("a|in", "lookup"), 4u);
  Whole whole = whole_of({{"", "table <t> {}"}, {"a", "table <own> {}\nblock from <t>\nblock from <own>"}});
  EXPECT_EQ(whole.home_of("a", "t"), "");
  EXPECT_EQ(whole.home_of("a", "own"), "a");
}

TEST(PfCompile, HasHostsOfOverloadBesideATablesRanges) {
  Whole whole = whole_of({{"", "pass in proto tcp keep state (max-src-conn 3, overload <bad> flush global)\nblock in quick from <bad>"}});
  auto tables = tables_of(whole, House());
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_TRUE(tables[0].filled_by_rules);
  Made made = make({{"", "pass in proto tcp keep state (max-src-conn 3, overload <bad> flush global)\nblock in quick from <bad>"}});
  EXPECT_EQ(made.in("|in.quick").size(), 4u) << "ranges and hosts, of two families";
  EXPECT_EQ(made.count("|in", "dynset"), 4u) << "who has too many is counted and noted, for two families";
  EXPECT_EQ(made.count("known.in.in", "lookup"), 2u) << "the states of who was noted count no more";
}

TEST(PfCompile, FollowsTheAddressesOfThePacketsOwnInterface) {
  Made made = make({{"", "block in on em0 to (em0)\nblock in to (em0)"}});
  EXPECT_EQ(made.count("|in", "fib"), 1u);
  EXPECT_EQ(made.count("|in", "lookup"), 2u);
}

TEST(PfCompile, RefusesWhereLinuxCan) {
  Made made = make({{"", "block return"}});
  EXPECT_EQ(made.count("|in", "reject"), 2u);
  EXPECT_EQ(made.count("|out", "reject"), 0u);
  EXPECT_EQ(made.count("|refuse", "reject"), 2u);
  Made drops = make({{"", "block drop"}});
  EXPECT_EQ(drops.count("|refuse", "reject") + drops.count("|in", "reject"), 0u);
}

TEST(PfCompile, LeavesWhatIsTranslatedToThePhaseBehind) {
  Made made = make({{"", "no nat from 10.0.0.1\nnat on em0 -> (em0)\nblock return"}});
  EXPECT_EQ(made.in("|untranslated").size(), 2u);
}

TEST(PfCompile, JumpsToAnchorsThatAreThere) {
  std::map<std::string, std::string> texts{{"", "anchor \"jails/*\"\nanchor none"}, {"jails/a", "block"}, {"jails/b", "block"}, {"jails/b/c", "block"}};
  Made made = make(texts);
  auto targets = [&](std::string_view chain) {
    std::string out;
    for (const nft::SeenRule& rule : made.in(chain))
      for (std::string_view name : {"jails/a", "jails/b", "jails/b/c", "none"})
        if (rule.expressions.back().attributes.find(std::string(name) + "|") != std::string::npos) out += std::string(name) + " ";
    return out;
  };
  EXPECT_EQ(targets("|in.quick"), "jails/a jails/b ");
  EXPECT_EQ(targets("|in"), "jails/b jails/a ") << "the last decides";
}

TEST(PfCompile, EndsWithAnAnchorThatIsQuick) {
  Made made = make({{"", "anchor a quick"}, {"a", "block"}});
  EXPECT_EQ(made.in("|in.quick").size(), 2u);
  EXPECT_EQ(made.in("|in").size(), 0u);
}

TEST(PfCompile, TurnsBinatForWhatComesIn) {
  Made made = make({{"", "binat on em0 from 10.1.0.5 to any -> 10.0.0.5"}});
  EXPECT_EQ(made.count("|nat", "nat"), 1u);
  EXPECT_EQ(made.count("|rdr", "nat"), 1u);
}

TEST(PfCompile, ChoosesAmongSeveralAddresses) {
  Made made = make({{"", "rdr on em0 proto tcp to port 80 -> { 10.0.0.1 10.0.0.2 }"}});
  EXPECT_EQ(made.count("|rdr", "numgen"), 1u);
  EXPECT_EQ(made.done->sets, std::vector<std::string>{"#100.pool"});
  EXPECT_EQ(make({{"", "nat on em0 -> { 10.0.0.1 10.0.0.2 } source-hash"}}).count("|nat", "hash"), 1u);
  EXPECT_EQ(make({{"", "nat on em0 -> { 10.0.0.1 10.0.0.2 } sticky-address"}}).count("|nat", "numgen"), 0u);
}

TEST(PfCompile, CountsARulesStatesOnce) {
  Made made = make({{"", "pass inet proto tcp keep state (max 9, max-src-states 3)"}});
  EXPECT_EQ(made.done->sets, (std::vector<std::string>{"#100m", "#100s4"})) << "for both ways";
  EXPECT_EQ(made.count("|in", "dynset") + made.count("|out", "dynset"), 4u);
}

TEST(PfCompile, NamesWhatItCannot) {
  std::string many;
  for (int i = 0; i < 33; ++i) many += fmt::format("pass tag t{}\n", i);
  EXPECT_NE(problem(many).find("more than 32 changes of tags"), std::string::npos);
  EXPECT_FALSE(make({{"", ""}, {"a", "scrub in all no-df"}}).done);
}

TEST(PfMatch, GroupsAreThePrefixOfTheirInterfaces) {
  EXPECT_EQ(kernel_name("lo0"), "lo");
  EXPECT_EQ(kernel_name("em0"), "em0");
  EXPECT_EQ(kernel_name("epair0a"), "epair0a");
  EXPECT_EQ(kernel_name("epair"), "epair*");
}

TEST(PfMatch, SplitsByFamilyOnlyWhereItMust) {
  Rule rule;
  EXPECT_EQ(of_families(rule).size(), 1u);
  rule.from.address = {.kind = AddressKind::table, .ip = {}, .name = "t"};
  EXPECT_EQ(of_families(rule).size(), 2u);
  rule.family = Family::inet;
  EXPECT_EQ(of_families(rule).size(), 1u);
}

}  // namespace
}  // namespace cellblock::pf
