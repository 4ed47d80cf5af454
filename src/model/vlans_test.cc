#include "model/vlans.hpp"

#include <gtest/gtest.h>

namespace cellblock::model {
namespace {

TEST(Vlans, TextComesBackAsItWas) {
  const Vlans vlans{10, {{20, 20}, {30, 40}}};
  EXPECT_EQ(text_of(vlans), "10;20t;30-40t");
  EXPECT_EQ(parse_vlans(text_of(vlans)), vlans);
  EXPECT_EQ(parse_vlans(""), Vlans());
  for (const char* bad : {"0", "4095", "10;11", "10-20", "x", "30-20t", "t", "-", "10-"}) EXPECT_FALSE(parse_vlans(bad)) << bad;
}

TEST(Vlans, EachIsANetworkOfItsOwn) {
  EXPECT_EQ(segment_of("br0", {}), "br0");
  EXPECT_EQ(segment_of("br0", {10, {}}), "br0.10");
  EXPECT_EQ(segment_of("br0", {1, {}}), "br0");  // where a bridge puts what has no tag
  EXPECT_EQ(segment_of("br0", {0, {{20, 20}}}), "br0");
}

}  // namespace
}  // namespace cellblock::model
