#include "ipfw/table.hpp"

#include <gtest/gtest.h>

namespace cellblock::ipfw {
namespace {

std::string again(TableType type, std::string_view key, std::string_view value) {
  auto entry = parse_key(type, key);
  if (!entry) return "error: " + entry.error().text();
  entry->value = parse_value(value).value_or(99);
  Table table{"t", type};
  auto filled = contents(table, {*entry});
  EXPECT_EQ(filled[0].set, "table.t");
  EXPECT_EQ(filled.size(), sets_of(table).size());
  auto seen = entry_of(table, filled[0].elements.at(0));
  EXPECT_TRUE(seen && *seen == *entry);
  return text_of(table, *entry);
}

TEST(Table, EntriesGoToTheKernelAndBack) {
  EXPECT_EQ(again(TableType::addr, "10.1.2.3/8", "100"), "10.0.0.0/8 100");
  EXPECT_EQ(again(TableType::addr, "10.1.2.3", "1.2.3.4"), "10.1.2.3/32 16909060");
  EXPECT_EQ(again(TableType::addr, "2001:db8::1", "0"), "2001:db8::1/128 0");
  EXPECT_EQ(again(TableType::number, "4294967295", "7"), "4294967295 7");
  EXPECT_EQ(again(TableType::iface, "em0", "7"), "em0 7");
  EXPECT_EQ(again(TableType::addr, "10.0.0.300", "7"), "error: hostname ``10.0.0.300'' unknown");
  EXPECT_EQ(again(TableType::number, "-1", "7"), "error: invalid number ``-1''");
  EXPECT_EQ(again(TableType::iface, "an-interface-of-a-long-name", "7"), "error: bad interface ``an-interface-of-a-long-name''");
}

TEST(Table, TheNarrowestNetworkHasTheValue) {
  Entry wide = *parse_key(TableType::addr, "10.0.0.0/8"), narrow = *parse_key(TableType::addr, "10.1.0.0/16");
  wide.value = 1;
  narrow.value = 2;
  auto filled = contents({"t"}, {wide, narrow});
  EXPECT_EQ(filled[1].set, "in4.t");
  EXPECT_EQ(filled[1].elements.size(), 2u);
  EXPECT_EQ(filled[3].set, "value4.t");
  EXPECT_EQ(filled[3].elements.size(), 6u);
}

TEST(Table, HasANameThatIsNoCommand) {
  EXPECT_TRUE(is_table_name("1"));
  EXPECT_TRUE(is_table_name("bad-hosts_2.x"));
  EXPECT_FALSE(is_table_name("all"));
  EXPECT_FALSE(is_table_name("a b"));
  EXPECT_FALSE(is_table_name(""));
  EXPECT_FALSE(is_table_name(std::string(64, 'a')));
}

}  // namespace
}  // namespace cellblock::ipfw
