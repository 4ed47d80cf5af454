#include "conf/source.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace cellblock::conf {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(IsPattern, NeedsAnUnescapedSign) {
  EXPECT_TRUE(is_pattern("conf.d/*.conf"));
  EXPECT_TRUE(is_pattern("jail?.conf"));
  EXPECT_TRUE(is_pattern("jail[12].conf"));
  EXPECT_FALSE(is_pattern("jail.conf"));
  EXPECT_FALSE(is_pattern("jail\\*.conf"));
  EXPECT_FALSE(is_pattern("jail[1.conf"));
  EXPECT_FALSE(is_pattern("jail\\"));
}

TEST(MemorySources, HasWhatItWasGiven) {
  MemorySources sources(
      {{"a", "text"}, {"d/x.conf", ""}, {"d/y.conf", ""}, {"d/e/z.conf", ""}, {"d/.h.conf", ""}});
  EXPECT_EQ(sources.read("a").value(), "text");
  EXPECT_EQ(sources.read("b").error().why, Why::absent);
  EXPECT_THAT(sources.glob("d/*.conf").value(), ElementsAre("d/x.conf", "d/y.conf"));
  EXPECT_THAT(sources.glob("e/*").value(), IsEmpty());
}

class DiskSourcesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = fs::temp_directory_path() / "cellblock.XXXXXX";
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    folder_ = path + "/";
    write("one.conf", "1");
    write("two.conf", "2");
    write(".hidden.conf", "h");
    write("sub/a/x.conf", "x");
    write("sub/b/x.conf", "y");
    write("sub/b/odd*name.conf", "odd");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories(fs::path(folder_ + name).parent_path());
    std::ofstream(folder_ + name) << text;
  }

  std::vector<std::string> glob(const std::string& pattern) {
    std::vector<std::string> paths = sources_.glob(folder_ + pattern).value();
    for (std::string& path : paths)
      path = path.substr(0, folder_.size()) == folder_ ? path.substr(folder_.size()) : "?";
    return paths;
  }

  std::string folder_;
  DiskSources sources_;
};

TEST_F(DiskSourcesTest, ReadsFiles) {
  EXPECT_EQ(sources_.read(folder_ + "one.conf").value(), "1");
  EXPECT_EQ(sources_.read(folder_ + "none.conf").error().sys, ENOENT);
  EXPECT_EQ(sources_.read(folder_ + "sub").error().sys, EISDIR);
}

TEST_F(DiskSourcesTest, GlobsSortedAndWithoutHiddenFiles) {
  EXPECT_THAT(glob("*.conf"), ElementsAre("one.conf", "two.conf"));
  EXPECT_THAT(glob(".*.conf"), ElementsAre(".hidden.conf"));
  EXPECT_THAT(glob("[n-p]*.conf"), ElementsAre("one.conf"));
  EXPECT_THAT(glob("none*"), IsEmpty());
  EXPECT_THAT(glob("none/*"), IsEmpty());
}

TEST_F(DiskSourcesTest, GlobsFoldersOnTheWay) {
  EXPECT_THAT(glob("sub/*/x.conf"), ElementsAre("sub/a/x.conf", "sub/b/x.conf"));
  EXPECT_THAT(glob("*/?/x.conf"), ElementsAre("sub/a/x.conf", "sub/b/x.conf"));
  EXPECT_THAT(glob("*/x.conf"), IsEmpty());
  EXPECT_THAT(glob("sub/b/odd\\*name.con[f]"), ElementsAre("sub/b/odd*name.conf"));
}

}  // namespace
}  // namespace cellblock::conf
