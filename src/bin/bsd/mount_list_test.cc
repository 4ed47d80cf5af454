#include "mount_list.hpp"

#include <gmock/gmock.h>

namespace cellblock::bsd {
namespace {

using testing::ElementsAre;

std::vector<std::string> lines(const std::string& mountinfo) {
  std::vector<std::string> out;
  for (const ShownMount& mount : shown_mounts(sys::parse_mount_table(mountinfo))) out.push_back(mount_line(mount));
  return out;
}

TEST(MountList, InFreeBsdsWords) {
  EXPECT_THAT(lines("21 1 8:2 / / rw,noatime shared:1 - ext4 /dev/sda2 rw\n"
                    "22 21 0:5 / /dev rw,nosuid - devtmpfs devtmpfs rw,size=4k\n"
                    "23 21 0:6 / /proc rw,nosuid,nodev,noexec - proc proc rw\n"
                    "24 21 0:7 / /tmp rw - tmpfs tmpfs rw,size=1g\n"
                    "25 21 0:8 / /mnt/a\\040b ro - nfs4 server:/x ro,sync\n"),
              ElementsAre("/dev/sda2 on / (ext4, local, noatime)", "devtmpfs on /dev (devfs, nosuid)",
                          "proc on /proc (procfs, local, noexec, nosuid)", "tmpfs on /tmp (tmpfs, local)",
                          "server:/x on /mnt/a b (nfs4, read-only, synchronous)"));
}

TEST(MountList, BindMountsAreNullfs) {
  EXPECT_THAT(lines("21 1 8:2 / / rw - ext4 /dev/sda2 rw\n"
                    "22 21 8:3 / /usr rw - ext4 /dev/sda3 rw\n"
                    "30 21 8:3 /ports /jails/www/usr/ports ro - ext4 /dev/sda3 rw\n"
                    "31 21 8:2 /usr/jails/basejail /jails/www/basejail rw - ext4 /dev/sda2 rw\n"
                    "32 21 8:2 / /again rw - ext4 /dev/sda2 rw\n"),
              ElementsAre("/dev/sda2 on / (ext4, local)", "/dev/sda3 on /usr (ext4, local)",
                          "/usr/ports on /jails/www/usr/ports (nullfs, local, read-only)",
                          "/usr/jails/basejail on /jails/www/basejail (nullfs, local)", "/ on /again (nullfs, local)"));
}

TEST(MountList, NamesThatOnlyFreeBsdHas) {
  EXPECT_THAT(lines("1 0 0:1 / /j/proc rw - proc linprocfs rw\n2 0 0:2 / /j/sys ro - sysfs linsysfs ro\n"
                    "3 0 0:3 / /j/dev rw - tmpfs devfs rw\n4 0 0:4 / /j/u rw - overlay unionfs rw\n"),
              ElementsAre("linprocfs on /j/proc (linprocfs, local)", "linsysfs on /j/sys (linsysfs, local, read-only)",
                          "devfs on /j/dev (devfs)", "unionfs on /j/u (unionfs, local)"));
}

TEST(MountList, AsFstab) {
  auto mounts = shown_mounts(sys::parse_mount_table("1 0 8:2 / / rw - ext4 /dev/sda2 rw\n"
                                                    "2 1 8:2 /usr/jails/basejail /var/jails/www/my\\040base ro,nosuid - ext4 /dev/sda2 rw\n"));
  EXPECT_EQ(fstab_columns(mounts[0]), "/dev/sda2\t\t/\t\t\text4\trw\t0 0");
  EXPECT_EQ(fstab_columns(mounts[1]), "/usr/jails/basejail\t/var/jails/www/my\\040base nullfs\tro,nosuid 0 0");
  auto entry = conf::parse_fstab_line(fstab_columns(mounts[1])).value();
  EXPECT_EQ(entry.target, mounts[1].target);
  EXPECT_THAT(entry.options, ElementsAre("ro", "nosuid"));
}

TEST(MountList, Selecting) {
  EXPECT_TRUE(type_selected("", "nullfs"));
  EXPECT_TRUE(type_selected("tmpfs,nullfs", "nullfs"));
  EXPECT_FALSE(type_selected("tmpfs", "nullfs"));
  EXPECT_FALSE(type_selected("nonullfs,tmpfs", "nullfs"));
  EXPECT_TRUE(type_selected("notmpfs", "nullfs"));
}

}  // namespace
}  // namespace cellblock::bsd
