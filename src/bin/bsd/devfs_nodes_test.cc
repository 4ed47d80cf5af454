#include "base/fd.hpp"
#include "devfs_nodes.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/test_folder.hpp"

namespace cellblock::bsd {
namespace {

namespace fs = std::filesystem;
using model::Device;
using model::DeviceKind;
using testing::Contains;
using testing::Not;

std::vector<std::string> names(const model::DeviceTree& tree) {
  std::vector<std::string> out;
  for (const Device& device : tree) out.push_back(device.name);
  return out;
}

TEST(HostDevices, AreWhatLiesBelowDev) {
  TestFolder folder;
  fs::create_directories(folder.at("net"));
  fs::create_directories(folder.at("pts"));
  fs::create_symlink("sda", folder.at("disk"));
  folder.write("plain", "no device");
  auto found = names(host_devices(folder.path()));
  EXPECT_THAT(found, Contains("net"));
  EXPECT_THAT(found, Contains("disk"));
  EXPECT_THAT(found, Contains("pts"));  // from the standard ones
  EXPECT_THAT(found, Contains("fd"));
  EXPECT_THAT(found, Not(Contains("plain")));
}

TEST(MakeDevices, TheFolderLooksLikeTheTree) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  TestFolder folder;
  folder.write("left_over", "");
  fs::create_directories(folder.at("gone/deep"));
  Fd directory(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  model::DeviceTree tree{{"net", DeviceKind::directory, 0, 0, 0755},
                         {"net/tun", DeviceKind::character, 10, 200, 0640, 0, 5},
                         {"null", DeviceKind::character, 1, 3, 0666},
                         {"stdin", DeviceKind::link, 0, 0, 0777, 0, 0, "fd/0"}};
  auto made = make_devices(directory.get(), tree);
  if (!made && made.error().why == Why::denied) GTEST_SKIP() << "may not make device nodes here";
  ASSERT_TRUE(made) << made.error().text();
  ASSERT_TRUE(make_devices(directory.get(), tree));
  struct stat status;
  ASSERT_EQ(::stat(folder.at("net/tun").c_str(), &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
  EXPECT_EQ(status.st_mode & 07777, 0640u);
  EXPECT_EQ(status.st_gid, 5u);
  EXPECT_EQ(status.st_rdev, makedev(10, 200));
  EXPECT_EQ(fs::read_symlink(folder.at("stdin")), "fd/0");
  EXPECT_FALSE(fs::exists(folder.at("left_over")));
  EXPECT_FALSE(fs::exists(folder.at("gone")));
}

TEST(HostOwners, RootIsZero) {
  auto owners = host_owners();
  EXPECT_EQ(owners.users["root"], 0u);
  EXPECT_EQ(owners.groups["wheel"], 0u);
}

}  // namespace
}  // namespace cellblock::bsd
