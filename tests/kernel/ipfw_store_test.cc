// ipfw's rules as the kernel keeps them, in a network namespace of the test's own.
#include "filter_network.hpp"

#include "base/text.hpp"
#include "ipfw/compile.hpp"
#include "nft/text.hpp"

namespace cellblock::ipfw {
namespace {

using IpfwStoreTest = FilterNetwork;

Result<> one_rule(Ruleset& rules) {
  CB_TRY(Rule rule, parse_rule(split_words("100 allow ip from any to any")));
  rules.rules.push_back({1, 1, std::move(rule)});
  return {};
}

TEST_F(IpfwStoreTest, WhatCanNotBeReadIsLeftOutOnlyOnDemand) {
  ASSERT_TRUE(edit(*socket_, one_rule));
  nft::Batch batch;
  batch.in(nft::Family::inet, table);
  nft::put_text(batch, "texts", nft::be32(200) + nft::be32(2) + nft::be32(2), "prob 0.000000 allow ip from any to any");
  ASSERT_TRUE(batch.commit(*socket_));
  EXPECT_EQ(read_ruleset(*socket_).error().text(), "illegal match prob. 0.000000");
  EXPECT_FALSE(edit(*socket_, one_rule));
  auto nothing = [](Ruleset& rules) -> Result<> { return rules.rules.clear(), Result<>(); };
  ASSERT_TRUE(edit(*socket_, nothing, true, Unread::left_out));
  auto rules = read_ruleset(*socket_);
  ASSERT_TRUE(rules);
  EXPECT_TRUE(rules->rules.empty());
}

TEST_F(IpfwStoreTest, ATablesEntriesChangeWithoutTheRules) {
  auto handles = [this] {
    std::vector<uint64_t> out;
    auto rules = nft::rules(*socket_, nft::Family::inet, table);
    for (const nft::SeenRule& rule : *rules) out.push_back(rule.handle);
    return out;
  };
  auto enter = [this](const std::string& name, const Entry& entry) {
    return edit(*socket_, [&](Ruleset& rules) -> Result<> {
      CB_TRY(Entries * entries, entries_to_change(*socket_, rules, name));
      entries->erase(entry);
      entries->insert(entry);
      return {};
    });
  };
  ASSERT_TRUE(edit(*socket_, [](Ruleset& rules) -> Result<> {
    rules.tables.push_back({"n", TableType::number});
    rules.tables.push_back({"a", TableType::addr});
    return one_rule(rules);
  }));
  auto before = handles();
  Entry number{.number = 7, .value = 1}, address{.value = 3};
  address.ip = *net::parse_ip("10.0.0.0");
  address.length = 8;
  ASSERT_TRUE(enter("n", number));
  number.value = 2;
  ASSERT_TRUE(enter("n", number));
  ASSERT_TRUE(enter("a", address));
  EXPECT_EQ(handles(), before);
  auto rules = read_ruleset(*socket_);
  auto numbers = entries_of(*socket_, *rules->table("n")), addresses = entries_of(*socket_, *rules->table("a"));
  ASSERT_TRUE(numbers && addresses);
  EXPECT_EQ(*numbers, std::vector{number});
  EXPECT_EQ(*addresses, std::vector{address});
  EXPECT_EQ(nft::elements(*socket_, nft::Family::inet, table, "in2.n")->size(), 1u);
}

}  // namespace
}  // namespace cellblock::ipfw
