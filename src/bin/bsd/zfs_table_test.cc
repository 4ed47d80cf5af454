#include "zfs_table.hpp"

#include <gmock/gmock.h>

namespace cellblock::bsd {
namespace {

TEST(ZfsTable, IsAsWideAsItsWidestWords) {
  EXPECT_EQ(zfs_table({{"NAME"}, {"USED", true}, {"MOUNTPOINT"}}, {{"tank", "1.50G", "/tank"}, {"tank/jails/web", "0B", "/a/long/way"}}),
            "NAME             USED  MOUNTPOINT\n"
            "tank            1.50G  /tank\n"
            "tank/jails/web     0B  /a/long/way\n");
}

TEST(ZfsTable, ForScriptsHasTabsAndNoHeader) {
  EXPECT_EQ(zfs_script_lines({{"tank", "0"}, {"tank/a", "-"}}), "tank\t0\ntank/a\t-\n");
}

}  // namespace
}  // namespace cellblock::bsd
