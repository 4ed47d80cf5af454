#include "pf/timeouts.hpp"

#include <gtest/gtest.h>

namespace cellblock::pf {
namespace {

TEST(PfTimeouts, AreObjectsWhoseNamesSayWhatTheyHold) {
  auto all = objects_of({{"tcp.first", 20}, {"tcp.established", 60}, {"icmp.first", 5}});
  ASSERT_EQ(all.size(), 3u) << "ICMP of both families";
  EXPECT_EQ(all[0].protocol, IPPROTO_ICMP);
  EXPECT_EQ(all[1].name, "timeout 6 1=20 3=60 9=20");
  EXPECT_EQ(all[2].protocol, IPPROTO_ICMPV6);
  EXPECT_TRUE(objects_of({}).empty());
}

TEST(PfTimeouts, OfWhatIsOneHereTheLongerCounts) {
  EXPECT_EQ(objects_of({{"udp.first", 60}, {"udp.single", 30}}).at(0).name, "timeout 17 1=60");
  EXPECT_EQ(objects_of({{"udp.first", 20}, {"udp.single", 30}}).at(0).name, "timeout 17 1=30");
}

TEST(PfTimeouts, OfAllOtherProtocolsAreTheMachines) {
  EXPECT_TRUE(is_timeout("tcp.closed"));
  EXPECT_FALSE(is_timeout("other.first"));
  EXPECT_FALSE(is_timeout("interval"));
  EXPECT_EQ(timeout_names().size(), 14u);
  EXPECT_EQ(timeouts_of("aggressive")->at("tcp.established"), 18000u);
  EXPECT_FALSE(timeouts_of("fast"));
}

}  // namespace
}  // namespace cellblock::pf
