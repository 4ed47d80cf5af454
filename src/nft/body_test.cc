#include "nft/body.hpp"

#include <gtest/gtest.h>

#include "nft/dump.hpp"

namespace cellblock::nft {
namespace {

std::string hex(std::string_view bytes) {
  std::string out;
  for (char each : bytes) out += fmt::format("{:02x}", static_cast<uint8_t>(each));
  return out;
}

TEST(Values, HaveTheOrderOfBytesThatRegistersHave) {
  EXPECT_EQ(hex(be16(22)), "0016");
  EXPECT_EQ(hex(be32(0x0a000001)), "0a000001");
  EXPECT_EQ(interface_name("eth0").size(), 16u);
  EXPECT_EQ(interface_name("epair*"), "epair");
}

// As `nft --debug=netlink` has them for "tcp dport 22", in bytes.
TEST(Body, LoadsAndCompares) {
  Body body;
  body.load(field::destination_port).is(be16(22));
  EXPECT_EQ(hex(body.bytes()),
            "34000180" "0c000100" "7061796c6f616400" "24000280"
            "08000100" "00000001" "08000200" "00000002" "08000300" "00000002" "08000400" "00000002"
            "2c000180" "08000100" "636d7000" "20000280"
            "08000100" "00000001" "08000200" "00000000" "0c000380" "06000100" "00160000");
}

TEST(Body, EndsInAVerdict) {
  Body body;
  body.jump("web");
  EXPECT_EQ(hex(body.bytes()),
            "38000180" "0e000100" "696d6d6564696174" "65000000" "24000280"
            "08000100" "00000000" "18000280" "14000280" "08000100" "fffffffd" "08000200" "77656200");
  EXPECT_NE(Body().accept().bytes(), Body().drop().bytes());
}

TEST(Body, AppendsAnother) {
  Body one, two, both;
  one.load(NFT_META_L4PROTO).is(byte(6));
  two.count().drop();
  both.load(NFT_META_L4PROTO).is(byte(6)).count().drop();
  EXPECT_EQ(one.append(two).bytes(), both.bytes());
  EXPECT_TRUE(Body().empty());
}

TEST(RangeOf, NamesWhatStandsBehindIt) {
  auto range = range_of(be16(1000), be16(1999));
  ASSERT_EQ(range.size(), 2u);
  EXPECT_EQ(hex(range[1].key), "07d0");
  EXPECT_TRUE(range[1].interval_end);
  EXPECT_EQ(hex(range_of(be32(0), be32(0x0affffff))[1].key), "0b000000");
  EXPECT_EQ(range_of(be16(1000), be16(65535)).size(), 1u) << "nothing is behind the largest";
}

}  // namespace
}  // namespace cellblock::nft
