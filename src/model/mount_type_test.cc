#include "model/mount_type.hpp"

#include <gmock/gmock.h>
#include <sys/mount.h>

namespace cellblock::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

MountRecipe recipe_of(std::string_view type, std::vector<std::string> options) {
  auto recipe = mount_recipe(type, "src", options);
  EXPECT_TRUE(recipe) << recipe.error().text();
  return recipe ? *recipe : MountRecipe{};
}

std::string error_of(std::string_view type, std::vector<std::string> options) {
  auto recipe = mount_recipe(type, "src", options);
  return recipe ? "no error" : recipe.error().text();
}

TEST(MountType, EveryBsdTypeOfTheDecksHasALinuxCounterpart) {
  struct { std::string_view name; MountKind kind; std::string_view type; } rows[] = {
      {"nullfs", MountKind::bind, ""}, {"tmpfs", MountKind::tmpfs, "tmpfs"},
      {"procfs", MountKind::proc, "proc"}, {"linprocfs", MountKind::proc, "proc"},
      {"linsysfs", MountKind::sysfs, "sysfs"}, {"devfs", MountKind::devfs, "tmpfs"},
      {"fdescfs", MountKind::fdescfs, ""}, {"unionfs", MountKind::overlay, "overlay"}};
  for (const auto& row : rows) {
    MountRecipe recipe = recipe_of(row.name, {});
    EXPECT_EQ(recipe.kind, row.kind) << row.name;
    EXPECT_EQ(recipe.type, row.type) << row.name;
    EXPECT_EQ(recipe.source, "src");
  }
}

TEST(MountType, UnknownTypeIsLinuxOwn) {
  MountRecipe recipe = recipe_of("btrfs", {"ro", "subvol=@jails", "compress"});
  EXPECT_EQ(recipe.kind, MountKind::native);
  EXPECT_EQ(recipe.type, "btrfs");
  EXPECT_EQ(recipe.flags, static_cast<unsigned long>(MS_RDONLY));
  EXPECT_EQ(recipe.data_text(), "subvol=@jails,compress");
}

TEST(MountType, LastWordOfAPairWins) {
  EXPECT_EQ(recipe_of("nullfs", {"ro", "rw"}).flags, 0u);
  EXPECT_EQ(recipe_of("nullfs", {"rw", "ro", "nosuid", "noexec"}).flags,
            static_cast<unsigned long>(MS_RDONLY | MS_NOSUID | MS_NOEXEC));
}

TEST(MountType, FstabWordsReachNoFileSystem) {
  MountRecipe recipe = recipe_of("tmpfs", {"rw", "late", "failok", "noauto", "mode=1777", "noclusterr"});
  EXPECT_THAT(recipe.data, ElementsAre(Pair("mode", "1777")));
}

TEST(MountType, TmpfsSizesAreFreeBsdNumbers) {
  EXPECT_EQ(recipe_of("tmpfs", {"size=10m", "inodes=1k", "maxfilesize=4k"}).data_text(),
            "size=10485760,nr_inodes=1024");
  EXPECT_EQ(recipe_of("tmpfs", {"size=50%"}).data_text(), "size=50%");
  EXPECT_EQ(error_of("tmpfs", {"size=ten"}), "size: invalid number: ten");
}

TEST(MountType, DevfsTakesARulesetOnly) {
  EXPECT_EQ(recipe_of("devfs", {}).ruleset, -1);
  EXPECT_EQ(recipe_of("devfs", {"ruleset=4"}).ruleset, 4);
  EXPECT_EQ(error_of("devfs", {"ruleset=x"}), "invalid ruleset: x");
  EXPECT_EQ(error_of("devfs", {"ruleset=65536"}), "invalid ruleset: 65536");
  EXPECT_EQ(error_of("devfs", {"size=4k"}), "mount option <size> is unknown");
}

TEST(MountType, OwnWordsOfTheOthers) {
  EXPECT_TRUE(recipe_of("unionfs", {"below"}).below);
  EXPECT_TRUE(recipe_of("nullfs", {"update", "ro"}).update);
  EXPECT_THAT(recipe_of("fdescfs", {"linrdlnk"}).data, IsEmpty());
  EXPECT_EQ(error_of("nullfs", {"linrdlnk"}), "mount option <linrdlnk> is unknown");
}

TEST(MountType, LinuxBindMountsAreUnderstood) {
  EXPECT_EQ(recipe_of("none", {"bind", "ro"}).kind, MountKind::bind);
  EXPECT_TRUE(recipe_of("none", {"rbind"}).recursive);
  EXPECT_FALSE(recipe_of("bind", {}).recursive);
}

TEST(ExpandNumber, KnowsSuffixesAndLimits) {
  EXPECT_EQ(expand_number("0").value(), 0u);
  EXPECT_EQ(expand_number("4K").value(), 4096u);
  EXPECT_EQ(expand_number("2gb").value(), 2ull << 30);
  for (auto bad : {"", "k", "4x", "4kk", "-1", "17e", "16e"}) EXPECT_FALSE(expand_number(bad)) << bad;
  EXPECT_EQ(expand_number("15e").value(), 15ull << 60);
}

TEST(BsdTypeName, IsTheInverseWherePossible) {
  for (auto name : {"tmpfs", "unionfs", "cd9660", "msdosfs", "procfs", "linsysfs"})
    EXPECT_EQ(bsd_type_name(find_mount_type(name)->native), name);
  EXPECT_EQ(bsd_type_name("ext4"), "ext4");
}

}  // namespace
}  // namespace cellblock::model
