#include "sys/mount.hpp"

#include <gtest/gtest.h>

namespace cellblock::sys {
namespace {

TEST(MountTable, ReadsEscapesAndOptionalFields) {
  auto table = parse_mount_table(
      "36 35 98:0 /mnt1 /mnt2\\040x rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n"
      "40 36 0:5 / /proc rw - proc proc rw\n"
      "garbage\n"
      "41 36 0:5 / /x rw master:1\n");
  ASSERT_EQ(table.size(), 2u);
  EXPECT_EQ(table[0].id, 36u);
  EXPECT_EQ(table[0].parent, 35u);
  EXPECT_EQ(table[0].root, "/mnt1");
  EXPECT_EQ(table[0].target, "/mnt2 x");
  EXPECT_EQ(table[0].type, "ext3");
  EXPECT_EQ(table[0].source, "/dev/root");
  EXPECT_EQ(table[0].super_options, "rw,errors=continue");
  EXPECT_EQ(table[1].type, "proc");
}

TEST(MountTable, OfThisProcessHoldsItsProc) {
  auto table = mount_table();
  ASSERT_TRUE(table);
  bool proc = false;
  for (const MountEntry& entry : *table) proc |= entry.target == "/proc" && entry.type == "proc";
  EXPECT_TRUE(proc);
}

}  // namespace
}  // namespace cellblock::sys
