// ipfw's rules as the kernel keeps them, in a network namespace of the test's own.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <sched.h>
#include <unistd.h>

#include "base/text.hpp"
#include "ipfw/compile.hpp"
#include "nft/text.hpp"

namespace cellblock::ipfw {
namespace {

class IpfwStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    Fd home(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::unshare(CLONE_NEWNET), 0);
    Fd there(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::setns(home.get(), CLONE_NEWNET), 0);
    auto socket = sys::netlink::Socket::open_in(there.get(), NETLINK_NETFILTER);
    ASSERT_TRUE(socket) << socket.error().text();
    socket_.emplace(std::move(*socket));
  }
  std::optional<sys::netlink::Socket> socket_;
};

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
  ASSERT_TRUE(edit(*socket_, nothing, {}, true, Unread::left_out));
  auto rules = read_ruleset(*socket_);
  ASSERT_TRUE(rules);
  EXPECT_TRUE(rules->rules.empty());
}

}  // namespace
}  // namespace cellblock::ipfw
