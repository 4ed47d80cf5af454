#include "nft/text.hpp"

#include <gtest/gtest.h>

#include "nft/dump.hpp"

namespace cellblock::nft {
namespace {

TEST(Text, IsReadBackAsItWasPut) {
  std::string key = be32(100) + be32(7);
  auto part = text_part(userdata_of(key, "allow ip from any to any"));
  ASSERT_TRUE(part);
  EXPECT_EQ(part->key, key);
  EXPECT_EQ(part->text, "allow ip from any to any");
}

TEST(Text, LiesInPartsThatTheKernelTakes) {
  Batch batch;
  batch.in(Family::inet, "t");
  std::string text(1000, 'x'), back;
  put_text(batch, "texts", "key", text);
  auto all = batch.requests();
  for (size_t at = 1; at + 1 < all.size(); ++at) {
    std::string userdata = parse_rule(std::string_view(all[at].bytes().data(), all[at].bytes().size()).substr(16)).userdata;
    EXPECT_LE(userdata.size(), 256u);
    auto part = text_part(userdata);
    ASSERT_TRUE(part);
    back += part->text;
  }
  EXPECT_EQ(back, text);
}

TEST(Text, OfBytesThatAreNoneIsNothing) {
  std::string whole = userdata_of("key", "text");
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(text_part(whole.substr(0, size))) << size;
  EXPECT_FALSE(text_part(whole + "more"));
  EXPECT_FALSE(text_part(std::string("\x00\x05" "text\0", 7)));  // a comment of nft(8)
  EXPECT_FALSE(text_part("\xcb\x01\x05"));
}

}  // namespace
}  // namespace cellblock::nft
