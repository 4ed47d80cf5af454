#include "pf/tags.hpp"

#include <gtest/gtest.h>

namespace cellblock::pf {
namespace {

class Nobody final : public Machine {
 public:
  std::vector<TableEntry> addresses(const std::string&, Part) const override { return {}; }
  std::optional<uint32_t> user(const std::string&) const override { return {}; }
  std::optional<uint32_t> group(const std::string&) const override { return {}; }
};

/// Each ruleset's numbers begin a hundred behind the one before.
Whole whole_of(const std::map<std::string, std::string>& texts) {
  Whole out;
  uint32_t first = 100;
  for (const auto& [anchor, text] : texts) {
    conf::MemorySources none;
    Parsed parsed = parse_text(none, "pf.conf", text, Nobody());
    EXPECT_TRUE(parsed.problems.empty()) << parsed.problems[0].text();
    out.rulesets[anchor] = {std::move(parsed.rules), first};
    first += 100;
  }
  return out;
}

std::string problem(const std::map<std::string, std::string>& texts) {
  Whole whole = whole_of(texts);
  auto tags = Tags::of(whole);
  return tags ? "" : tags.error().text();
}

TEST(PfTags, ALaterRulesBitIsHigher) {
  Whole whole = whole_of({{"", "pass in tag a\npass in proto tcp tag b\npass out tag a"}});
  auto tags = Tags::of(whole);
  ASSERT_TRUE(tags);
  EXPECT_EQ(tags->set_by(100, Phase::in), 1u);
  EXPECT_EQ(tags->set_by(101, Phase::in), 2u);
  EXPECT_EQ(tags->set_by(102, Phase::out), 4u);
  EXPECT_EQ(tags->set_by(102, Phase::in), 0u);
  EXPECT_EQ(tags->bits_of("a"), (std::vector<uint32_t>{1, 4}));
  EXPECT_EQ(tags->bits_of("b"), (std::vector<uint32_t>{2}));
  EXPECT_TRUE(tags->bits_of("c").empty());
}

TEST(PfTags, RulesInARowShareABit) {
  Whole whole = whole_of({{"", "pass in on { a0 b0 c0 } proto { tcp udp } tag a\npass in\npass in to 10.0.0.1 tag a"}});
  auto tags = Tags::of(whole);
  ASSERT_TRUE(tags);
  EXPECT_EQ(tags->bits_of("a").size(), 1u);
}

TEST(PfTags, TranslationComesFirstBothWays) {
  Whole whole = whole_of({{"", "nat on em0 from 10.0.0.0/8 tag n -> 10.9.9.9\nrdr on em0 to 10.0.0.1 tag r -> 10.0.0.2\npass tag p"}});
  auto tags = Tags::of(whole);
  ASSERT_TRUE(tags);
  EXPECT_LT(tags->set_by(102, Phase::in), tags->set_by(100, Phase::in)) << "rdr";
  EXPECT_LT(tags->set_by(100, Phase::in), tags->set_by(101, Phase::out));
  EXPECT_LT(tags->set_by(101, Phase::out), tags->set_by(100, Phase::out)) << "nat";
}

TEST(PfTags, AnAnchorsRulesStandInItsPlace) {
  Whole whole = whole_of({{"", "pass in tag a\nanchor \"x/*\"\npass in tag b"}, {"x/one", "pass in tag c"}, {"y", "pass in tag d"}});
  auto tags = Tags::of(whole);
  ASSERT_TRUE(tags);
  EXPECT_EQ(tags->bits_of("a"), (std::vector<uint32_t>{1}));
  EXPECT_EQ(tags->bits_of("c"), (std::vector<uint32_t>{2}));
  EXPECT_EQ(tags->bits_of("b"), (std::vector<uint32_t>{4}));
  EXPECT_TRUE(tags->bits_of("d").empty()) << "nothing leads there";
}

TEST(PfTags, AnchorsInCirclesAreRefused) {
  EXPECT_NE(problem({{"", "anchor a"}, {"a", "anchor \"/a\""}}).find("anchor a leads to itself"), std::string::npos);
  EXPECT_NE(problem({{"", "nat-anchor \"*\""}, {"a", "nat-anchor \"/a\""}}).find("anchor a leads to itself"), std::string::npos);
  std::map<std::string, std::string> deep{{"", "anchor a"}};
  std::string path = "a";
  for (int i = 0; i < 12; ++i, path += "/a") deep[path] = "anchor a";
  EXPECT_EQ(problem(deep), "");
  deep[path] = "pass";
  EXPECT_NE(problem(deep).find("more than 12 deep"), std::string::npos);
}

}  // namespace
}  // namespace cellblock::pf
