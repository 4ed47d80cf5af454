// The network library on the kernel's own stack: what one request and one batch do.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>

#include "net/network.hpp"
#include "net/vnet.hpp"

namespace cellblock::net {
namespace {

/// A network namespace of the test's own.
Fd new_network() {
  Fd home = own_network().value_or(Fd()), made;
  if (::unshare(CLONE_NEWNET) == 0) made = own_network().value_or(Fd());
  EXPECT_TRUE(enter_network(home.get()));
  return made;
}

class NetworkTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    here_ = new_network();
    there_ = new_network();
    ASSERT_TRUE(here_ && there_);
    home_ = own_network().value_or(Fd());
    ASSERT_TRUE(enter_network(here_.get()));
  }
  void TearDown() override {
    if (home_) {
      ASSERT_TRUE(enter_network(home_.get()));
    }
  }

  Fd home_, here_, there_;
};

TEST_F(NetworkTest, OneRequestMakesACableIntoAnotherStackAndPutsItsNearEndIntoABridge) {
  auto here = Network::open();
  ASSERT_TRUE(here);
  ASSERT_TRUE(here->change(new_link("bridge0", "bridge")));
  auto bridge = here->link("bridge0");
  ASSERT_TRUE(bridge);
  Cable cable{.near_name = "epair0a", .far_name = "epair0b", .near = {.master = bridge->index, .up = true},
              .far_network = there_.get()};
  cable.far_hardware = {0x02, 0, 0, 0, 0, 0x0b};
  auto made = here->change(new_cable(cable));
  ASSERT_TRUE(made) << made.error().text();
  auto near = here->link("epair0a");
  ASSERT_TRUE(near);
  EXPECT_EQ(near->master, bridge->index);
  EXPECT_TRUE(near->is_up());
  EXPECT_EQ(here->link("epair0b").error().why, Why::absent);
  auto there = Network::open(there_.get());
  ASSERT_TRUE(there);
  auto far = there->link("epair0b");
  ASSERT_TRUE(far);
  EXPECT_FALSE(far->is_up());
  EXPECT_EQ(hardware_text(far->hardware), "02:00:00:00:00:0b");
}

TEST_F(NetworkTest, ABatchOfHundredsGivesEachItsOutcome) {
  auto here = Network::open();
  ASSERT_TRUE(here);
  std::vector<Request> requests;
  for (int i = 0; i < 300; ++i)  // each third name twice
    requests.push_back(new_cable({.near_name = fmt::format("a{}", i - (i % 3 == 2)), .far_name = fmt::format("b{}", i - (i % 3 == 2))}));
  auto outcomes = here->change(requests);
  ASSERT_TRUE(outcomes) << outcomes.error().text();
  ASSERT_EQ(outcomes->size(), requests.size());
  for (size_t i = 0; i < outcomes->size(); ++i) {
    EXPECT_EQ((*outcomes)[i].has_value(), i % 3 != 2) << i;
    if (!(*outcomes)[i]) {
      EXPECT_EQ((*outcomes)[i].error().sys, EEXIST);
    }
  }
  auto links = here->links();
  ASSERT_TRUE(links);
  EXPECT_EQ(links->size(), 1u + 400u);
}

TEST_F(NetworkTest, ASocketStaysWhereItWasOpened) {
  auto there = Network::open(there_.get());
  ASSERT_TRUE(there);
  ASSERT_TRUE(there->change(new_link("bridge7", "bridge")));
  EXPECT_TRUE(there->link("bridge7"));
  EXPECT_EQ(::if_nametoindex("bridge7"), 0u);  // and the thread is back
}

TEST_F(NetworkTest, AddressesAndRoutesAreFiltered) {
  auto here = Network::open();
  ASSERT_TRUE(here);
  ASSERT_TRUE(here->change(new_cable({.near_name = "a", .far_name = "b", .near = {.up = true}})));
  ASSERT_TRUE(here->change(set_up(here->link("b")->index, true)));
  int index = here->link("a")->index;
  ASSERT_TRUE(here->change(add_address({.index = index, .ip = *parse_ip("10.0.0.1"), .prefix = 24})));
  ASSERT_TRUE(here->change(add_address({.index = here->link("b")->index, .ip = *parse_ip("10.0.1.1"), .prefix = 24})));
  auto addresses = here->addresses(index);
  ASSERT_TRUE(addresses);
  std::erase_if(*addresses, [](const Address& address) { return address.ip.v6; });
  ASSERT_EQ(addresses->size(), 1u);
  EXPECT_EQ(addresses->front().ip.text(), "10.0.0.1");
  ASSERT_TRUE(here->change(add_route({.to = *parse_prefix("10.9.0.0/16"), .gateway = parse_ip("10.0.0.9"), .table = 77})));
  EXPECT_EQ(here->routes(false, 77)->size(), 1u);
  EXPECT_EQ(here->routes(false, 78)->size(), 0u);
  EXPECT_EQ(here->routes(true, 77)->size(), 0u);
  EXPECT_EQ(here->route_to(*parse_ip("10.0.0.7"))->to, *parse_prefix("10.0.0.0/24"));
}

TEST_F(NetworkTest, WhatWasLentComesHomeWhatWasBornThereStays) {
  auto here = Network::open();
  ASSERT_TRUE(here);
  ASSERT_TRUE(here->change(new_cable({.near_name = "a", .far_name = "b"})));
  ASSERT_TRUE(here->change(new_cable({.near_name = "c", .far_name = "d", .far_network = there_.get()})));
  ASSERT_TRUE(lend(*here, *here->link("b"), there_.get(), "t1"));
  EXPECT_FALSE(here->link("b"));
  auto there = Network::open(there_.get());
  ASSERT_TRUE(there);
  auto lent = there->link("b");
  ASSERT_TRUE(lent);
  EXPECT_EQ(tokens_of(*lent), std::vector<std::string>{"t1"});
  ASSERT_TRUE(there->change(set_up(lent->index, true)));
  ASSERT_TRUE(reclaim(*there, *lent, here_.get(), "b", tokens_of(*lent)));
  auto back = here->link("b");
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->other_names.empty());
  EXPECT_FALSE(here->link("d"));
  EXPECT_TRUE(there->link("d"));
}

}  // namespace
}  // namespace cellblock::net
