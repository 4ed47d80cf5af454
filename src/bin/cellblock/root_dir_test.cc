#include "root_dir.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/test_folder.hpp"

namespace cellblock {
namespace {

namespace fs = std::filesystem;

class RootDirTest : public testing::Test {
 protected:
  TestFolder folder;
  RootDir root = RootDir::make(folder.at("a/root")).value();

  mode_t mode_of(const std::string& below) {
    struct stat status {};
    ::lstat(folder.at("a/root/" + below).c_str(), &status);
    return status.st_mode & 07777;
  }
};

TEST_F(RootDirTest, MakesFoldersWithParents) {
  ASSERT_TRUE(root.directory("/var/tmp", 01777));
  ASSERT_TRUE(root.directory("var/empty/x"));
  EXPECT_EQ(mode_of("var/tmp"), 01777u);
  EXPECT_EQ(mode_of("var"), 0755u);
  EXPECT_TRUE(root.has("/var/empty/x"));
  EXPECT_FALSE(root.has("/var/empty/y"));
}

TEST_F(RootDirTest, TheFolderOfJailsIsClosed) {
  ASSERT_TRUE(RootDir::make(folder.at("srv/jails/web")));
  EXPECT_EQ(mode_of("../../srv"), 0755u);
  EXPECT_EQ(mode_of("../../srv/jails"), 0700u);
  EXPECT_EQ(mode_of("../../srv/jails/web"), 0755u);
}

TEST_F(RootDirTest, WritesReplacesRemoves) {
  ASSERT_TRUE(root.file("/etc/passwd", 0600, "one"));
  ASSERT_TRUE(root.file("/etc/passwd", 0644, "two"));
  EXPECT_EQ(folder.read("a/root/etc/passwd"), "two");
  EXPECT_EQ(mode_of("etc/passwd"), 0644u);
  ASSERT_TRUE(root.remove("/etc/passwd"));
  ASSERT_TRUE(root.remove("/etc/passwd"));
  ASSERT_TRUE(root.remove("/nope/passwd"));
  EXPECT_TRUE(fs::is_empty(folder.at("a/root/etc")));
}

TEST_F(RootDirTest, KeepsALinkThatIsThere) {
  EXPECT_EQ(root.link("/bin", "usr/bin").value(), true);
  EXPECT_EQ(root.link("/bin", "elsewhere").value(), false);
  EXPECT_EQ(fs::read_symlink(folder.at("a/root/bin")), "usr/bin");
}

TEST_F(RootDirTest, CopiesWithModeAndTime) {
  folder.write("tool", "#!/bin/sh\n");
  ::chmod(folder.at("tool").c_str(), 0751);
  struct timespec times[2] = {{1000, 0}, {2000, 0}};
  ::utimensat(AT_FDCWD, folder.at("tool").c_str(), times, 0);
  Fd from(::open(folder.at("tool").c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(root.copy("/usr/bin/tool", from.get()));
  EXPECT_EQ(folder.read("a/root/usr/bin/tool"), "#!/bin/sh\n");
  EXPECT_EQ(mode_of("usr/bin/tool"), 0751u);
}

TEST_F(RootDirTest, NoLinkLeadsOut) {
  fs::create_directory(folder.at("outside"));
  folder.write("outside/passwd", "host");
  fs::create_symlink(folder.at("outside"), folder.at("a/root/etc"));
  fs::create_symlink("../../outside", folder.at("a/root/up"));
  EXPECT_FALSE(root.file("/etc/passwd", 0644, "jail"));
  EXPECT_FALSE(root.file("/up/passwd", 0644, "jail"));
  EXPECT_FALSE(root.directory("/etc/rc.d"));
  (void)root.remove("/etc/passwd");
  EXPECT_EQ(folder.read("outside/passwd"), "host");
}

TEST_F(RootDirTest, ALinkInTheWayIsReplacedNotFollowed) {
  folder.write("victim", "host");
  fs::create_symlink(folder.at("victim"), folder.at("a/root/hosts"));
  ASSERT_TRUE(root.file("/hosts", 0644, "jail"));
  EXPECT_EQ(folder.read("victim"), "host");
  EXPECT_EQ(folder.read("a/root/hosts"), "jail");
}

TEST_F(RootDirTest, KnowsWhatIsInIt) {
  EXPECT_TRUE(root.is_empty());
  ASSERT_TRUE(root.directory("/lost+found"));
  EXPECT_TRUE(root.is_empty()) << "a fresh file system";
  ASSERT_TRUE(root.file("/.x", 0644, ""));
  EXPECT_FALSE(root.is_empty());
  EXPECT_FALSE(root.is_own_root());
  EXPECT_TRUE(RootDir::make("/").value().is_own_root());
}

}  // namespace
}  // namespace cellblock
