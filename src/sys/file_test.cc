#include "sys/file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace cellblock::sys {
namespace {

class ReplaceFile : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder_), nullptr);
    path_ = std::string(folder_) + "/conf";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  size_t entries() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  char folder_[32] = "/tmp/replace-file.XXXXXX";
  std::string path_;
};

TEST_F(ReplaceFile, MakesTheFile) {
  ASSERT_TRUE(replace_file(path_, "new"));
  EXPECT_EQ(read_file(path_).value(), "new");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(ReplaceFile, KeepsThePermissionsOfTheOldOne) {
  ASSERT_TRUE(replace_file(path_, "old"));
  ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
  ASSERT_TRUE(replace_file(path_, "new"));
  EXPECT_EQ(read_file(path_).value(), "new");
  EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms(0640));
}

TEST_F(ReplaceFile, FollowsNoLinkThatStandsWhereItWritesAside) {
  std::string other = std::string(folder_) + "/other";
  ASSERT_TRUE(replace_file(other, "other"));
  std::filesystem::create_symlink(other, path_ + "." + std::to_string(::getpid()));
  ASSERT_TRUE(replace_file(path_, "new"));
  EXPECT_EQ(read_file(other).value(), "other");
  EXPECT_EQ(entries(), 2u);
}

TEST_F(ReplaceFile, AFailureLeavesNothingBehind) {
  path_ = std::string(folder_) + "/directory";
  std::filesystem::create_directories(path_ + "/full");
  EXPECT_FALSE(replace_file(path_, "new"));
  EXPECT_EQ(entries(), 1u);
}

}  // namespace
}  // namespace cellblock::sys
