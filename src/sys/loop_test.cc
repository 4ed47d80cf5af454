#include "sys/loop.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "sys/file.hpp"

namespace cellblock::sys {
namespace {

class LoopTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    if (::access("/dev/loop-control", W_OK) != 0) GTEST_SKIP() << "no loop devices here";
    Fd file(::mkostemp(path_, O_CLOEXEC));
    ASSERT_TRUE(file);
    ASSERT_EQ(::ftruncate(file.get(), 1 << 20), 0);
    ASSERT_TRUE(write_all(file.get(), "first block"));
  }
  void TearDown() override { ::unlink(path_); }

  char path_[32] = "/tmp/cellblock-loop.XXXXXX";
};

TEST_F(LoopTest, IsTheFileUntilItIsDropped) {
  std::string device;
  {
    auto loop = attach_loop(path_, Access::read_write);
    ASSERT_TRUE(loop) << loop.error().text();
    device = loop->path;
    char text[11] = {};
    ASSERT_EQ(::pread(loop->device.get(), text, sizeof text, 0), 11);
    EXPECT_EQ(std::string(text, sizeof text), "first block");
    auto again = attach_loop(path_, Access::read_only);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().why, Why::busy);
    EXPECT_NE(again.error().text().find(device), std::string::npos) << again.error().text();
  }
  auto later = attach_loop(path_, Access::read_only);
  ASSERT_TRUE(later) << later.error().text();
}

TEST_F(LoopTest, SaysWhichFileIsMissing) {
  auto loop = attach_loop("/nowhere/image", Access::read_only);
  ASSERT_FALSE(loop);
  EXPECT_EQ(loop.error().why, Why::absent);
}

}  // namespace
}  // namespace cellblock::sys
