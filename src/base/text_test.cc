#include "base/text.hpp"

#include <gmock/gmock.h>

namespace cellblock {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Split, KeepsEmptyParts) {
  std::string_view rest = "a,,b";
  EXPECT_EQ(take_part(rest, ','), "a");
  EXPECT_EQ(take_part(rest, ','), "");
  EXPECT_EQ(take_part(rest, ','), "b");
  EXPECT_EQ(take_part(rest, ','), "");
  EXPECT_THAT(split("a,b,,c", ','), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(split("", ','), IsEmpty());
  EXPECT_THAT(split(",", ','), ElementsAre("", ""));
}

TEST(SplitWords, DropsAllBlanks) {
  EXPECT_THAT(split_words("  a\tb\n c "), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split_words(" \t"), IsEmpty());
}

TEST(ParseInt, TakesWholeIntegersOnly) {
  EXPECT_EQ(parse_int("42"), 42);
  EXPECT_EQ(parse_int("-1"), -1);
  EXPECT_EQ(parse_int("+7"), 7);
  for (auto bad : {"", "+", "-", "+-1", "1x", " 1", "0x10", "99999999999999999999"})
    EXPECT_EQ(parse_int(bad), std::nullopt) << bad;
}

TEST(Vis, MakesOneWordAndComesBack) {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  std::string encoded = vis(all);
  EXPECT_EQ(encoded.find_first_of(" \t\n"), std::string::npos);
  EXPECT_EQ(unvis(encoded), all);
  EXPECT_EQ(unvis("a\\sb\\040c\\"), "a b c\\");
}

TEST(GlobMatch, StarCrossesDots) {
  EXPECT_TRUE(glob_match("a*", "a.b.c"));
  EXPECT_FALSE(glob_match("a?", "a"));
}

TEST(Distance, CountsLetters) {
  EXPECT_EQ(distance("", ""), 0u);
  EXPECT_EQ(distance("doctr", "doctor"), 1u);
  EXPECT_EQ(distance("repiar", "repair"), 2u);
  EXPECT_EQ(distance("", "abc"), 3u);
  EXPECT_EQ(distance("abc", "x"), 3u);
}

}  // namespace
}  // namespace cellblock
