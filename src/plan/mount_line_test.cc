#include "plan/mount_line.hpp"

#include <gmock/gmock.h>

#include "plan/command.hpp"

namespace cellblock::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MountLine, DecodesTheFirstTwoFields) {
  auto mount = parse_mount_line("/usr/my\\040ports /jails/web/usr/ports nullfs ro,noatime 0 0");
  ASSERT_TRUE(mount);
  EXPECT_EQ(mount->source, "/usr/my ports");
  EXPECT_EQ(mount->target, "/jails/web/usr/ports");
  EXPECT_EQ(mount->type, "nullfs");
  EXPECT_THAT(mount->options, ElementsAre("ro", "noatime"));
  EXPECT_EQ(show_words(mount_words(*mount)), "/sbin/mount -t nullfs -o ro,noatime /usr/my ports /jails/web/usr/ports");
  EXPECT_EQ(show_words(umount_words(*mount)), "/sbin/umount -t nullfs /jails/web/usr/ports");
}

TEST(MountLine, ThreeFieldsDo) {
  auto mount = parse_mount_line("tmpfs /p/tmp tmpfs");
  ASSERT_TRUE(mount);
  EXPECT_THAT(mount->options, IsEmpty());
  EXPECT_EQ(show_words(mount_words(*mount)), "/sbin/mount -t tmpfs tmpfs /p/tmp");
}

TEST(MountLine, FewerThanThreeFieldsAreTooFew) {
  auto mount = parse_mount_line("/a /b");
  ASSERT_FALSE(mount);
  EXPECT_EQ(mount.error().text(), "/a /b: missing information");
}

TEST(MountLine, ABlankLineIsNoMount) {
  auto mount = parse_mount_line("  ");
  ASSERT_TRUE(mount);
  EXPECT_EQ(mount->target, "");
}

TEST(FstabLines, DropCommentsAndBlankLines) {
  EXPECT_THAT(fstab_lines("# head\n\n/a /b nullfs rw 0 0 # why\n  \ntmpfs /c tmpfs rw"),
              ElementsAre("/a /b nullfs rw 0 0 ", "tmpfs /c tmpfs rw"));
  EXPECT_THAT(fstab_lines(""), IsEmpty());
}

}  // namespace
}  // namespace cellblock::plan
