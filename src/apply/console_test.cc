#include "apply/console.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace cellblock::apply {
namespace {

namespace fs = std::filesystem;

class Console : public testing::Test {
 protected:
  Console() {
    char name[] = "/tmp/console.XXXXXX";
    root = ::mkdtemp(name);
    fs::create_directories(root + "/log");
  }
  ~Console() override { fs::remove_all(root); }

  std::string wrong(const std::string& path) {
    auto result = open_console(root, path);
    return result ? "" : result.error().text();
  }

  std::string root;
};

TEST_F(Console, AppendsToAFileThatIsMadeIfMissing) {
  for (std::string_view line : {"one\n", "two\n"}) {
    auto file = open_console(root, root + "/log/console");
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_EQ(::fcntl(file->get(), F_GETFL) & O_NONBLOCK, 0);
    ASSERT_EQ(::write(file->get(), line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }
  std::stringstream text;
  text << std::ifstream(root + "/log/console").rdbuf();
  EXPECT_EQ(text.str(), "one\ntwo\n");
}

TEST_F(Console, FollowsNoLinkOfTheJail) {
  fs::create_symlink("/etc/passwd", root + "/log/console");
  EXPECT_EQ(wrong(root + "/log/console"), "exec.consolelog: " + root + "/log/console is a symbolic link");
  fs::create_symlink("/etc", root + "/etc");
  EXPECT_EQ(wrong(root + "/etc/x"), "exec.consolelog: " + root + "/etc is a symbolic link");
}

TEST_F(Console, AFifoOfTheJailHoldsNobodyUp) {
  ASSERT_EQ(::mkfifo((root + "/log/fifo").c_str(), 0600), 0);
  EXPECT_EQ(wrong(root + "/log/fifo"), "open " + root + "/log/fifo: No such device or address");
}

TEST_F(Console, SaysWhatIsMissing) {
  EXPECT_EQ(wrong("log"), "exec.consolelog: log: not an absolute pathname");
  EXPECT_EQ(wrong(root + "/no/console"), "exec.consolelog: " + root + "/no: No such file or directory");
}

TEST_F(Console, OutsideOfTheRootAnyPathWillDo) {
  EXPECT_EQ(wrong(root + "-outside"), "");
  fs::remove(root + "-outside");
  EXPECT_EQ(wrong("/nowhere/console"), "open /nowhere/console: No such file or directory");
}

}  // namespace
}  // namespace cellblock::apply
