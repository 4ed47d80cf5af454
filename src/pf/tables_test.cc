#include "pf/tables.hpp"

#include <gtest/gtest.h>

#include "pf/parse.hpp"
#include "pf/print.hpp"

namespace cellblock::pf {
namespace {

std::vector<TableEntry> entries(std::string_view text) { return *parse_entries(text); }

std::string ranges(std::string_view text, bool v6 = false) {
  std::string out;
  for (const nft::Element& element : ranges_of(entries(text), v6))
    out += fmt::format("{}{}", element.interval_end ? "-" : out.empty() ? "" : " ", net::ip_of_bytes(element.key)->text());
  return out;
}

TEST(PfTableRanges, EndBeforeTheFirstAddressBehind) {
  EXPECT_EQ(ranges("10.0.0.0/8"), "10.0.0.0-11.0.0.0");
  EXPECT_EQ(ranges("10.0.0.1 10.0.0.3"), "10.0.0.1-10.0.0.2 10.0.0.3-10.0.0.4");
  EXPECT_EQ(ranges("2001:db8::/32", true), "2001:db8::-2001:db9::");
  EXPECT_EQ(ranges("10.0.0.1", true), "");
}

TEST(PfTableRanges, OfAllAddressesHaveNoEnd) {
  EXPECT_EQ(ranges("0.0.0.0/0"), "0.0.0.0");
  EXPECT_EQ(ranges("128.0.0.0/1 0.0.0.0/0"), "0.0.0.0");
  EXPECT_EQ(ranges("::/0", true), "::");
  EXPECT_EQ(ranges("255.255.255.255"), "255.255.255.255");
}

TEST(PfTableRanges, ThatTouchOrLieWithinAreOne) {
  EXPECT_EQ(ranges("10.0.0.0/8 10.1.0.0/16 10.1.2.3"), "10.0.0.0-11.0.0.0");
  EXPECT_EQ(ranges("10.0.0.0/9 10.128.0.0/9"), "10.0.0.0-11.0.0.0");
}

TEST(PfTableRanges, GoByTheMostSpecificEntry) {
  EXPECT_EQ(ranges("10.0.0.0/8 !10.1.0.0/16"), "10.0.0.0-10.1.0.0 10.2.0.0-11.0.0.0");
  EXPECT_EQ(ranges("10.0.0.0/8 !10.1.0.0/16 10.1.0.5"), "10.0.0.0-10.1.0.0 10.1.0.5-10.1.0.6 10.2.0.0-11.0.0.0");
  EXPECT_EQ(ranges("!10.0.0.0/8"), "");
  EXPECT_EQ(ranges("0.0.0.0/0 !255.255.255.255"), "0.0.0.0-255.255.255.255");
  EXPECT_EQ(ranges("0.0.0.0/0 !0.0.0.0/1"), "128.0.0.0");
}

TEST(PfTableList, TellsEntriesAndTheirAge) {
  for (const TableEntry& entry : entries("10.0.0.0/8 !10.1.2.3 2001:db8::/32 !::1 0.0.0.0/0")) {
    auto all = list_of({{entry, 5000}});
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].key.size(), 20u);
    auto back = listed_of(all[0]);
    ASSERT_TRUE(back);
    EXPECT_EQ(text_of(back->entry), text_of(entry));
    EXPECT_EQ(back->age_ms, 5000u);
  }
}

TEST(PfTableList, TakesHostsOfRulesAndNothingElse) {
  EXPECT_EQ(text_of(listed_of({.key = std::string("\x0a\0\0\x01", 4)})->entry), "10.0.0.1");
  EXPECT_FALSE(listed_of({.key = "abc"}));
  EXPECT_FALSE(listed_of({.key = std::string("\0\0\x40\0", 4) + std::string(16, '\0')})) << "64 bits of an IPv4 address";
}

TEST(PfTableList, HoldsByTheMostSpecificEntry) {
  std::vector<Listed> all;
  for (const TableEntry& entry : entries("10.0.0.0/8 !10.1.0.0/16 10.1.0.5")) all.push_back({entry, 0});
  EXPECT_TRUE(holds(all, *net::parse_ip("10.9.9.9")));
  EXPECT_FALSE(holds(all, *net::parse_ip("10.1.9.9")));
  EXPECT_TRUE(holds(all, *net::parse_ip("10.1.0.5")));
  EXPECT_FALSE(holds(all, *net::parse_ip("11.0.0.1")));
  EXPECT_FALSE(holds(all, *net::parse_ip("::1")));
}

}  // namespace
}  // namespace cellblock::pf
