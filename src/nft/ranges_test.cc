#include "nft/ranges.hpp"

#include <gtest/gtest.h>

#include <fmt/core.h>

namespace cellblock::nft {
namespace {

std::string flat(std::vector<Span> spans) {
  std::string out;
  for (const Element& element : narrowest(std::move(spans)))
    out += fmt::format("{}{}{} ", element.interval_end ? "-" : "", element.key, element.value.empty() ? "" : "=" + element.value);
  return out;
}

TEST(Narrowest, DecidesAndNeighboursOfOneValueJoin) {
  EXPECT_EQ(flat({{"a", "z", "1"}, {"c", "e", "2"}}), "a=1 -c c=2 -f f=1 -{ ");
  EXPECT_EQ(flat({{"a", "c", ""}, {"d", "f", ""}}), "a -g ");
  EXPECT_EQ(flat({{"a", "z", ""}, {"c", "e", {}}, {"d", "d", ""}}), "a -c d -e f -{ ");
  EXPECT_EQ(flat({{"b", "d", "1"}, {"b", "b", "2"}, {"d", "d", "1"}}), "b=2 -c c=1 -e ");
  EXPECT_EQ(flat({{"a", "b", {}}}), "");
}

TEST(Narrowest, NothingStandsBehindTheLargestKey) {
  std::string least(1, '\0'), most("\xff");
  auto all = narrowest({{least, most, ""}, {most, most, {}}});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1].key, most);
  EXPECT_EQ(narrowest({{least, most, ""}}).size(), 1u);
}

}  // namespace
}  // namespace cellblock::nft
