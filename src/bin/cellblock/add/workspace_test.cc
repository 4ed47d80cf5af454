#include "add/workspace.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "common/test_folder.hpp"

namespace cellblock::add {
namespace {

namespace fs = std::filesystem;

std::string folder_of_test;  // clean_up() takes a plain function
Places places_of(std::string_view name) {
  std::string base = folder_of_test + "/lib/";
  return {fmt::format("{}{}.img", base, name), fmt::format("{}{}", base, name),
          fmt::format("{}/etc/jail.conf.d/{}.conf", folder_of_test, name), fmt::format("{}.{}.new", base, name)};
}

class WorkspaceTest : public testing::Test {
 protected:
  WorkspaceTest() {
    folder_of_test = folder_.path();
    places_ = places_of("web");
  }
  bool is_empty() const { return fs::is_empty(folder_.at("lib")); }
  void make_image(const Workspace& workspace) { folder_.write(fs::relative(workspace.image(), folder_.path()), "image"); }

  TestFolder folder_;
  Places places_;
};

TEST_F(WorkspaceTest, LeavesTheJailAndNothingElse) {
  {
    auto workspace = Workspace::create(places_);
    ASSERT_TRUE(workspace) << workspace.error().text();
    make_image(*workspace);
    ASSERT_TRUE(workspace->place_image());
    ASSERT_TRUE(workspace->place_config("web { }\n"));
  }
  EXPECT_EQ(folder_.read("lib/web.img"), "image");
  EXPECT_EQ(folder_.read("etc/jail.conf.d/web.conf"), "web { }\n");
  EXPECT_TRUE(fs::is_directory(places_.root));
  EXPECT_FALSE(fs::exists(places_.work));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.at("lib")), {}), 2);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.at("etc/jail.conf.d")), {}), 1);
}

TEST_F(WorkspaceTest, LeavesNothingOfAJailThatWasNotCompleted) {
  for (bool placed : {false, true}) {
    auto workspace = std::make_optional(Workspace::create(places_));
    ASSERT_TRUE(*workspace);
    make_image(**workspace);
    if (placed) {
      ASSERT_TRUE((*workspace)->place_image());
    }
    workspace.reset();
    EXPECT_TRUE(is_empty()) << placed;
  }
}

TEST_F(WorkspaceTest, NeverReplacesAnything) {
  fs::create_directories(folder_.at("lib"));
  fs::create_directories(folder_.at("etc/jail.conf.d"));
  folder_.write("lib/web.img", "precious");
  folder_.write("etc/jail.conf.d/web.conf", "precious");
  {
    auto workspace = Workspace::create(places_);
    ASSERT_TRUE(workspace);
    make_image(*workspace);
    auto placed = workspace->place_image();
    ASSERT_FALSE(placed);
    EXPECT_EQ(placed.error().why, Why::exists);
    EXPECT_FALSE(workspace->place_config("web { }\n"));
  }
  EXPECT_EQ(folder_.read("lib/web.img"), "precious");
  EXPECT_EQ(folder_.read("etc/jail.conf.d/web.conf"), "precious");
}

TEST_F(WorkspaceTest, IsOnesOwn) {
  auto first = Workspace::create(places_);
  ASSERT_TRUE(first);
  auto second = Workspace::create(places_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().why, Why::busy);
  clean_up(folder_.at("lib"), places_of);
  EXPECT_TRUE(fs::exists(places_.work)) << "one that is at work was cleaned up";
}

// What a maker that was killed leaves: no lock, whatever it had come to.
TEST_F(WorkspaceTest, CleansUpAfterAKilledMaker) {
  for (int reached = 0; reached < 3; ++reached) {
    fs::create_directories(places_.work + "/root");
    if (reached > 0) folder_.write("lib/.web.new/image", "image");
    if (reached > 1) {
      fs::create_hard_link(places_.work + "/image", places_.image);
      fs::create_directories(places_.root);
    }
    clean_up(folder_.at("lib"), places_of);
    EXPECT_TRUE(is_empty()) << reached;
  }
  fs::create_directories(places_.work + "/root");
  folder_.write("lib/web.img", "somebody else's");
  folder_.write("lib/.web.new/image", "image");
  clean_up(folder_.at("lib"), places_of);
  EXPECT_TRUE(fs::exists(places_.image));
  EXPECT_FALSE(fs::exists(places_.work));
}

TEST_F(WorkspaceTest, ReplacesAFileAsAWholeThroughALink) {
  folder_.write("real", "old");
  ASSERT_EQ(::chmod(folder_.at("real").c_str(), 0640), 0);
  fs::create_symlink("real", folder_.at("link"));
  ASSERT_TRUE(replace_file(folder_.at("link"), "new"));
  EXPECT_EQ(folder_.read("real"), "new");
  EXPECT_TRUE(fs::is_symlink(folder_.at("link")));
  struct stat status {};
  ASSERT_EQ(::stat(folder_.at("real").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640u);
  ASSERT_TRUE(replace_file(folder_.at("fresh"), "text"));
  EXPECT_EQ(folder_.read("fresh"), "text");
}

}  // namespace
}  // namespace cellblock::add
