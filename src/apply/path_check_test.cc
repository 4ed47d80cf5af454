#include "apply/path_check.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

namespace cellblock::apply {
namespace {

namespace fs = std::filesystem;

class PathCheck : public testing::Test {
 protected:
  PathCheck() {
    char name[] = "/tmp/path_check.XXXXXX";
    root = ::mkdtemp(name);
    fs::create_directories(root + "/var/log");
    fs::create_symlink("/etc", root + "/link");
    fs::create_symlink(root, root + "-outside");
  }
  ~PathCheck() override {
    fs::remove_all(root);
    fs::remove(root + "-outside");
  }

  std::string wrong(const std::string& path, Leaf leaf = Leaf::must_exist) {
    auto result = check_path(root, path, leaf);
    return result ? "" : result.error().text();
  }

  std::string root;
};

TEST_F(PathCheck, GoodPaths) {
  EXPECT_EQ(wrong(root + "/var/log"), "");
  EXPECT_EQ(wrong(root + "/var//log/"), "");
  EXPECT_EQ(wrong(root), "");
  EXPECT_EQ(wrong("/nowhere/at/all"), "") << "not below the root: none of the jail's business";
}

TEST_F(PathCheck, RelativePathsAreRefused) { EXPECT_EQ(wrong("var/log"), "var/log: not an absolute pathname"); }

TEST_F(PathCheck, NoSymbolicLinkBelowTheRoot) {
  EXPECT_EQ(wrong(root + "/link"), root + "/link is a symbolic link");
  EXPECT_EQ(wrong(root + "/link/passwd"), root + "/link is a symbolic link");
}

TEST_F(PathCheck, WhatIsMissingIsNamed) {
  EXPECT_EQ(wrong(root + "/var/x/y"), root + "/var/x: No such file or directory");
  EXPECT_EQ(wrong(root + "/var/x"), root + "/var/x: No such file or directory");
  EXPECT_EQ(wrong(root + "/var/x", Leaf::may_be_missing), "");
  EXPECT_EQ(wrong(root + "/var/x/y", Leaf::may_be_missing), root + "/var/x: No such file or directory");
}

TEST_F(PathCheck, LinksAboveTheRootAreTheAdministratorsOwn) {
  auto result = check_path(root + "-outside", root + "-outside/var/log", Leaf::must_exist);
  EXPECT_TRUE(result);
}

TEST(Below, IsWhatFollowsTheRoot) {
  EXPECT_EQ(below("/p", "/p/var/log"), "var/log");
  EXPECT_EQ(below("/p/", "/p/var/log"), "var/log");
  EXPECT_EQ(below("/p", "/p"), "");
  EXPECT_EQ(below("/p", "/pq/r"), "");
  EXPECT_EQ(below("", "/var/log"), "var/log");
  EXPECT_EQ(below("/", "/var/log"), "var/log");
}

}  // namespace
}  // namespace cellblock::apply
