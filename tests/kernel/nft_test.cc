// nf_tables by our own messages, in a network namespace of the test's own.
#include "filter_network.hpp"

#include <sys/socket.h>

#include <cerrno>

#include "nft/batch.hpp"
#include "nft/dump.hpp"

namespace cellblock::nft {
namespace {

class NftTest : public FilterNetwork {
 protected:
  void commit(const Batch& batch) {
    auto done = batch.commit(*socket_);
    ASSERT_TRUE(done) << done.error().text();
  }
};

TEST_F(NftTest, EveryExpressionIsTaken) {
  Batch batch;
  batch.add(Table{.name = "t", .userdata = "about"});
  batch.add(Chain{.name = "in", .base = Base{.hook = NF_INET_PRE_ROUTING, .priority = -300}});
  batch.add(Chain{.name = "local", .base = Base{.hook = NF_INET_LOCAL_IN, .policy = NF_ACCEPT}});
  batch.add(Chain{.name = "nat", .base = Base{.type = "nat", .hook = NF_INET_POST_ROUTING, .priority = 100}});
  batch.add(Chain{.name = "dnat", .base = Base{.type = "nat", .hook = NF_INET_PRE_ROUTING, .priority = -100}});
  batch.add(Chain{.name = "more"});
  batch.add(Counter{"kept", 1, 2});
  batch.add(Set{.name = "seen", .flags = NFT_SET_EVAL, .key_size = 4, .timeout_ms = 60000, .most = 100});
  auto rule = [&batch](const char* chain, Body body) { batch.append(Rule{.chain = chain, .body = std::move(body), .userdata = "r"}); };
  rule("in", std::move(Body().load(NFT_META_IIFNAME).is(interface_name("lo")).count("kept").accept()));
  rule("in", std::move(Body().load(NFT_META_IIFNAME).is(interface_name("epair*")).jump("more")));
  rule("in", std::move(Body().load(NFT_META_L4PROTO).is(byte(6)).load(field::tcp_flags).mask(byte(0x12)).is(byte(2)).count().drop()));
  rule("in", std::move(Body().load(field::destination_port).in_range(be16(1), be16(1023)).limit({.rate = 10}).log("x", 4)));
  rule("in", std::move(Body().load(Fib{NFT_FIB_RESULT_OIF, NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF}).is(host32(0)).drop()));
  rule("in", std::move(Body().not_tracked()));
  rule("in", std::move(Body().load_number(NFT_NG_RANDOM, 100).compare(NFT_CMP_LT, host32(50)).drop()));
  rule("in", std::move(Body().load_value(host32(7)).set(NFT_META_MARK).set(NFT_CT_MARK)));
  rule("in", std::move(Body().load(NFT_META_NFPROTO).is(byte(2)).load(field::ip_source).add_to({"seen"}, NFT_DYNSET_OP_UPDATE, NFT_REG_1)));
  rule("in", std::move(Body().load(NFT_META_NFPROTO).is(byte(2)).load_value(byte(64)).write(field::ip_ttl, NFT_REG_1, 10)));
  rule("in", std::move(Body().load_header_present(44, NFT_EXTHDR_OP_IPV6).is(byte(1)).drop()));
  rule("local", std::move(Body().load(NFT_CT_STATE).mask(host32(6)).is_not(host32(0)).accept()));
  rule("local", std::move(Body().load(NFT_META_L4PROTO).is(byte(6)).reject(NFT_REJECT_TCP_RST)));
  rule("local", std::move(Body().reject(NFT_REJECT_ICMPX_UNREACH, NFT_REJECT_ICMPX_ADMIN_PROHIBITED)));
  rule("local", std::move(Body().connections(5, NFT_CONNLIMIT_F_INV).drop()));
  rule("nat", std::move(Body().load(NFT_META_OIFNAME).is(interface_name("lo")).masquerade()));
  rule("nat", std::move(Body().load(NFT_META_L4PROTO).is(byte(17)).load_value(be32(0x0a000001)).load_value(be16(99), NFT_REG_2)
                            .nat(NFT_NAT_SNAT, 2, {.address = NFT_REG_1, .port = NFT_REG_2})));
  rule("dnat", std::move(Body().load(NFT_META_L4PROTO).is(byte(6)).load_value(be16(80)).redirect({.port = NFT_REG_1})));
  ASSERT_NO_FATAL_FAILURE(commit(batch));
  auto seen = rules(*socket_, Family::inet, "t", "in");
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->size(), 11u);
  EXPECT_EQ((*seen)[0].counter, "kept");
  EXPECT_EQ((*seen)[0].userdata, "r");
  EXPECT_EQ((*seen)[2].packets, 0u);
  auto made = tables(*socket_);
  ASSERT_TRUE(made);
  ASSERT_EQ(made->size(), 1u);
  EXPECT_EQ((*made)[0].userdata, "about");
  EXPECT_EQ(counters(*socket_, Family::inet, "t")->at(0).packets, 1u);
  EXPECT_EQ(zero_counters(*socket_, Family::inet, "t")->at(0).bytes, 2u);
  EXPECT_EQ(counters(*socket_, Family::inet, "t")->at(0).packets, 0u);
  Batch change;
  change.in(Family::inet, "t").remove_rule("in", (*seen)[1].handle);
  change.append(Rule{.chain = "in", .body = std::move(Body().drop()), .userdata = "second", .handle = 0, .behind = (*seen)[0].handle});
  change.replace(Rule{.chain = "in", .body = std::move(Body().accept()), .userdata = "third", .handle = (*seen)[2].handle});
  ASSERT_NO_FATAL_FAILURE(commit(change));
  auto after = rules(*socket_, Family::inet, "t", "in");
  EXPECT_EQ((*after)[1].userdata, "second");
  EXPECT_EQ((*after)[2].userdata, "third");
  EXPECT_EQ(after->size(), 11u);
}

TEST_F(NftTest, SetsOfRangesAndMaps) {
  Batch batch;
  batch.add(Table{.name = "t"}).add(Chain{.name = "in", .base = Base{.hook = NF_INET_PRE_ROUTING}}).add(Chain{.name = "go"});
  batch.add(Set{.name = "nets", .flags = NFT_SET_INTERVAL, .key_size = 4});
  batch.add(SetRef{"nets"}, range_of(be32(0x0a000000), be32(0x0affffff)));
  batch.add(Set{.name = "pairs", .flags = NFT_SET_INTERVAL, .key_size = 8, .fields = {4, 2}});
  std::string low = be32(1) + be16(10) + std::string(2, '\0'), high = be32(9) + be16(20) + std::string(2, '\0');
  batch.add(SetRef{"pairs"}, std::vector<Element>{{.key = low, .key_end = high}});
  Set map{.name = "__map%d", .id = batch.next_id(), .flags = NFT_SET_ANONYMOUS | NFT_SET_CONSTANT, .key_size = 2,
          .data_type = NFT_DATA_VERDICT};
  batch.add(map).add(SetRef{map.name, map.id}, std::vector<Element>{{.key = be16(80), .verdict = Verdict{NFT_GOTO, "go"}}});
  batch.append(Rule{.chain = "in", .body = std::move(Body().load(field::destination_port).map(SetRef{map.name, map.id}))});
  batch.append(Rule{.chain = "in", .body = std::move(Body().load(NFT_META_NFPROTO).is(byte(2)).load(field::ip_source).not_in({"nets"}).drop())});
  ASSERT_NO_FATAL_FAILURE(commit(batch));
  auto nets = elements(*socket_, Family::inet, "t", "nets");
  ASSERT_TRUE(nets);
  EXPECT_EQ(nets->size(), 2u);
  auto pairs = elements(*socket_, Family::inet, "t", "pairs");
  ASSERT_TRUE(pairs);
  ASSERT_EQ(pairs->size(), 1u);
  EXPECT_EQ((*pairs)[0].key_end, high);
  EXPECT_EQ(sets(*socket_, Family::inet, "t")->size(), 3u);
}

TEST_F(NftTest, ATransactionThatFailsLeavesNothing) {
  Batch batch;
  batch.add(Table{.name = "t"}).add(Chain{.name = "c"});
  batch.append(Rule{.chain = "nosuch", .body = std::move(Body().drop())});
  auto done = batch.commit(*socket_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().sys, ENOENT);
  EXPECT_EQ(done.error().chain.back(), "rule of nosuch");
  EXPECT_TRUE(tables(*socket_)->empty());
  // The socket is fit for the next one.
  EXPECT_TRUE(Batch().add(Table{.name = "t"}).commit(*socket_));
  EXPECT_TRUE(*has_table(*socket_, Family::inet, "t"));
}

TEST_F(NftTest, ThousandsOfRulesAreOneTransaction) {
  Batch batch;
  batch.add(Table{.name = "t"}).add(Chain{.name = "c"});
  for (uint32_t i = 0; i < 5000; ++i)
    batch.append(Rule{.chain = "c", .body = std::move(Body().load(NFT_META_MARK).is(host32(i)).count().accept())});
  ASSERT_NO_FATAL_FAILURE(commit(batch));
  EXPECT_EQ(rules(*socket_, Family::inet, "t")->size(), 5000u);
}

}  // namespace
}  // namespace cellblock::nft
