#include "kld_table.hpp"

#include <gtest/gtest.h>

namespace cellblock::bsd {
namespace {

TEST(KldTable, NamesOfTheDecks) {
  for (auto name : {"vmm", "if_tap", "bridgestp", "if_bridge", "linux", "linprocfs", "linsysfs", "nullfs", "tmpfs", "fdescfs",
                    "if_epair", "zfs", "dummynet", "ipfw"})
    EXPECT_NE(find_kld(name), nullptr) << name;
  EXPECT_EQ(find_kld("no_such_kld"), nullptr);
}

TEST(KldTable, FilesAreNames) {
  EXPECT_EQ(kld_base_name("nullfs"), "nullfs");
  EXPECT_EQ(kld_base_name("nullfs.ko"), "nullfs");
  EXPECT_EQ(kld_base_name("/boot/kernel/nullfs.ko"), "nullfs");
}

}  // namespace
}  // namespace cellblock::bsd
