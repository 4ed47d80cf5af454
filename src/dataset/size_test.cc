#include "dataset/size.hpp"

#include <gmock/gmock.h>

namespace cellblock::dataset {
namespace {

TEST(Size, IsReadWithUnits) {
  EXPECT_EQ(parse_size("512"), 512u);
  EXPECT_EQ(parse_size("10G"), 10ull << 30);
  EXPECT_EQ(parse_size("10g"), 10ull << 30);
  EXPECT_EQ(parse_size("64KiB"), 65536u);
  EXPECT_EQ(parse_size("1.5M"), 1572864u);
  EXPECT_EQ(parse_size("3TB"), 3ull << 40);
}

TEST(Size, IsRefusedIfItIsNone) {
  for (const char* text : {"", "G", ".", "1.2.3", "10X", "10GG", "-1", "1Bb", "17E", "99999999999999999999", "1 G", "18.5E"})
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

TEST(Size, IsPrintedInFiveCharacters) {
  EXPECT_EQ(size_text(0), "0B");
  EXPECT_EQ(size_text(1023), "1023B");
  EXPECT_EQ(size_text(1024), "1K");
  EXPECT_EQ(size_text(1536), "1.50K");
  EXPECT_EQ(size_text(12700000), "12.1M");
  EXPECT_EQ(size_text(123456789), "118M");
  EXPECT_EQ(size_text(10ull << 30), "10G");
  EXPECT_EQ(size_text((1ull << 20) - 1), "1024K");
}

}  // namespace
}  // namespace cellblock::dataset
