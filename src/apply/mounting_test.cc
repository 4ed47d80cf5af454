#include "apply/mounting.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>

namespace cellblock::apply {
namespace {

using testing::ElementsAre;

TEST(Mounting, ShowsFreeBsdsCommands) {
  auto entry = conf::parse_fstab_line("/usr/ports /p/usr/ports nullfs ro,noatime 0 0");
  ASSERT_TRUE(entry);
  EXPECT_EQ(mount_command(*entry), "/sbin/mount -t nullfs -o ro,noatime /usr/ports /p/usr/ports");
  EXPECT_EQ(umount_command(*entry), "/sbin/umount -t nullfs /p/usr/ports");
  port::MountRequest request = request_of(*entry, "/p");
  EXPECT_EQ(request.target, "/p/usr/ports");
  EXPECT_EQ(request.root, "/p");
  EXPECT_THAT(request.options, ElementsAre("ro", "noatime"));
}

TEST(Mounting, OwnMountsLieBelowTheRoot) {
  EXPECT_EQ(own_mount("mount.devfs", "/p", "").mount_command, "/sbin/mount -t devfs -oruleset=4 . /p/dev");
  EXPECT_EQ(own_mount("mount.devfs", "/p", "5").mount_command, "/sbin/mount -t devfs -oruleset=5 . /p/dev");
  EXPECT_EQ(own_mount("mount.fdescfs", "/p", "").mount_command, "/sbin/mount -t fdescfs . /p/dev/fd");
  EXPECT_EQ(own_mount("mount.procfs", "/p", "").umount_command, "/sbin/umount /p/proc");
}

TEST(Mounting, ReadsTheLinesOfAnFstab) {
  char name[] = "/tmp/fstab.XXXXXX";
  ::close(::mkstemp(name));
  std::ofstream(name) << "# comment\n\n/a /b nullfs ro # why\ntmpfs /c tmpfs rw";
  auto lines = read_fstab(name);
  ::unlink(name);
  ASSERT_TRUE(lines);
  EXPECT_THAT(*lines, ElementsAre("/a /b nullfs ro ", "tmpfs /c tmpfs rw"));
  EXPECT_EQ(read_fstab("/nowhere/fstab").error().text(), "/nowhere/fstab: No such file or directory");
}

}  // namespace
}  // namespace cellblock::apply
