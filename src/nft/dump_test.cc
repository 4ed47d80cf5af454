#include "nft/dump.hpp"

#include <gtest/gtest.h>

#include "nft/batch.hpp"

namespace cellblock::nft {
namespace {

std::string message_of(const Batch& batch, size_t at) {
  auto all = batch.requests();
  return std::string(all[at].bytes().begin() + 16, all[at].bytes().end());
}

TEST(ParseElements, ReadsVerdictsAndRanges) {
  Batch batch;
  std::vector<Element> elements{{.key = be16(1), .verdict = Verdict{NFT_GOTO, "c"}},
                                {.key = be16(2), .interval_end = true},
                                {.key = be32(3), .key_end = be32(4), .value = "abcd"}};
  batch.in(Family::inet, "t").add(SetRef{"s"}, elements);
  auto seen = parse_elements(message_of(batch, 1));
  ASSERT_EQ(seen.size(), 3u);
  ASSERT_TRUE(seen[0].verdict);
  EXPECT_EQ(seen[0].verdict->code, NFT_GOTO);
  EXPECT_EQ(seen[0].verdict->chain, "c");
  EXPECT_TRUE(seen[1].interval_end);
  EXPECT_EQ(seen[2].key_end, be32(4));
  EXPECT_EQ(seen[2].value, "abcd");
}

TEST(Parse, OfBytesCutAnywhereEnds) {
  Batch batch;
  batch.in(Family::inet, "t").append(Rule{.chain = "c", .body = std::move(Body().load(NFT_META_MARK).is(host32(1)).count().drop()), .userdata = "u"});
  std::string whole = message_of(batch, 1);
  for (size_t size = 0; size < whole.size(); ++size) {
    std::string_view cut = std::string_view(whole).substr(0, size);
    (void)parse_rule(cut);
    (void)parse_set(cut);
    (void)parse_chain(cut);
    (void)parse_elements(cut);
    (void)parse_counter(cut);
    EXPECT_TRUE(parse_table(cut).userdata.size() <= size);
  }
  EXPECT_EQ(parse_rule("").chain, "");
}

}  // namespace
}  // namespace cellblock::nft
