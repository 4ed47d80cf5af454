#include "nft/batch.hpp"

#include <gtest/gtest.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <cstring>

#include "nft/dump.hpp"

namespace cellblock::nft {
namespace {

using sys::netlink::Request;

uint16_t type_of(const Request& request) {
  nlmsghdr header;
  std::memcpy(&header, request.bytes().data(), sizeof header);
  return header.nlmsg_type;
}
std::string_view payload_of(const Request& request) {
  return std::string_view(request.bytes().data(), request.bytes().size()).substr(NLMSG_HDRLEN);
}

TEST(Batch, StandsBetweenABeginningAndAnEnd) {
  Batch batch;
  batch.add(Table{.name = "t"}).add(Chain{.name = "c", .base = Base{.hook = NF_INET_FORWARD, .priority = -110, .policy = NF_DROP}});
  auto all = batch.requests();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(type_of(all[0]), NFNL_MSG_BATCH_BEGIN);
  EXPECT_EQ(type_of(all[1]), NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE);
  EXPECT_EQ(type_of(all[3]), NFNL_MSG_BATCH_END);
  EXPECT_EQ(std::string_view(all[0].bytes().data(), all[0].bytes().size()).substr(16), std::string_view("\0\0\0\x0a", 4));
}

// A message to the kernel and one of its dumps have the same attributes.
TEST(Batch, WritesWhatDumpsRead) {
  Batch batch;
  batch.add(Table{.family = Family::ip, .name = "t", .userdata = "mine"});
  batch.add(Chain{.name = "c", .base = Base{.hook = NF_INET_FORWARD, .priority = -110, .policy = NF_DROP}});
  batch.append(Rule{.chain = "c", .body = std::move(Body().load(NFT_META_MARK).is(host32(1)).count(3, 4).count("kept").accept()),
                    .userdata = "100 allow", .handle = 0, .behind = 7});
  batch.add(Set{.name = "s", .flags = NFT_SET_INTERVAL, .key_size = 8, .fields = {4, 2}, .timeout_ms = 5000, .most = 10});
  batch.add(Counter{"kept", 5, 6});
  auto all = batch.requests();
  Table table = parse_table(payload_of(all[1]));
  EXPECT_EQ(table, (Table{.family = Family::ip, .name = "t", .userdata = "mine"}));
  SeenChain chain = parse_chain(payload_of(all[2]));
  EXPECT_EQ(chain.name, "c");
  ASSERT_TRUE(chain.base);
  EXPECT_EQ(*chain.base, (Base{.hook = NF_INET_FORWARD, .priority = -110, .policy = NF_DROP}));
  SeenRule rule = parse_rule(payload_of(all[3]));
  EXPECT_EQ(rule.userdata, "100 allow");
  EXPECT_EQ(rule.packets, 3u);
  EXPECT_EQ(rule.bytes, 4u);
  EXPECT_EQ(rule.counter, "kept");
  ASSERT_EQ(rule.expressions.size(), 5u);
  EXPECT_EQ(rule.expressions[4].name, "immediate");
  Set set = parse_set(payload_of(all[4]));
  EXPECT_EQ(set.flags, uint32_t{NFT_SET_INTERVAL | NFT_SET_CONCAT | NFT_SET_TIMEOUT});
  EXPECT_EQ(set.fields, (std::vector<uint32_t>{4, 2}));
  EXPECT_EQ(set.most, 10u);
  Counter counter = parse_counter(payload_of(all[5]));
  EXPECT_EQ(counter.packets, 5u);
  EXPECT_EQ(counter.bytes, 6u);
}

TEST(Batch, SpreadsElementsOverMessagesThatHoldThem) {
  std::vector<Element> many;
  for (uint32_t i = 0; i < 3000; ++i) many.push_back({.key = be32(i), .timeout_ms = 1000, .userdata = "x"});
  Batch batch;
  batch.in(Family::inet, "t").add(SetRef{"s"}, many);
  size_t seen = 0;
  auto all = batch.requests();
  EXPECT_GT(all.size(), 4u);
  for (size_t i = 1; i + 1 < all.size(); ++i) {
    EXPECT_LT(all[i].bytes().size(), size_t{UINT16_MAX});
    for (const Element& element : parse_elements(payload_of(all[i]))) {
      EXPECT_EQ(element.key, be32(static_cast<uint32_t>(seen++)));
      EXPECT_EQ(element.timeout_ms, 1000u);
      EXPECT_EQ(element.userdata, "x");
    }
  }
  EXPECT_EQ(seen, many.size());
}

TEST(Batch, OfNothingIsDone) {
  auto socket = sys::netlink::Socket::open(NETLINK_NETFILTER);
  ASSERT_TRUE(socket);
  EXPECT_TRUE(Batch().commit(*socket));
}

}  // namespace
}  // namespace cellblock::nft
