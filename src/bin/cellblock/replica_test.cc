#include "replica.hpp"

#include <elf.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/run.hpp"
#include "common/test_folder.hpp"

namespace cellblock {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::IsEmpty;

class ReplicaTest : public testing::Test {
 protected:
  TestFolder folder;
  RootDir root = RootDir::make(folder.at("root")).value();
  Replica replica{root};

  Result<int> run_inside(std::vector<std::string> argv) {
    cellblock::Run what;
    what.argv = std::move(argv);
    what.root = folder.at("root");
    what.each_line = [this](std::string_view line) { said += line; };
    return run(what);
  }
  std::string said;
};

TEST_F(ReplicaTest, AShellRunsInARootOfItsOwn) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  auto added = replica.add_program("sh");
  ASSERT_TRUE(added) << added.error().text();
  EXPECT_THAT(replica.missing(), IsEmpty());
  EXPECT_EQ(run_inside({"/bin/sh", "-c", "echo inside $((1 + 1)); exit 5"}).value(), 5);
  EXPECT_EQ(said, "inside 2");
}

TEST_F(ReplicaTest, LinksAreRepeated) {
  ASSERT_TRUE(replica.add_program("/bin/sh"));
  if (fs::is_symlink("/bin")) {
    EXPECT_EQ(fs::read_symlink(folder.at("root/bin")), fs::read_symlink("/bin"));
  }
  EXPECT_TRUE(fs::exists(folder.at("root/" + fs::canonical("/bin/sh").string())));
}

TEST_F(ReplicaTest, AnOwnProgramMovesToBin) {
  folder.write("process", "#!/bin/sh\necho hello\n");
  ::chmod(folder.at("process").c_str(), 0755);
  auto added = replica.add_program(folder.at("process"));
  ASSERT_TRUE(added) << added.error().text();
  EXPECT_TRUE(root.has("/bin/process"));
  EXPECT_TRUE(root.has("/bin/sh"));
  EXPECT_FALSE(root.has("/tmp"));
  if (::geteuid() != 0) return;
  EXPECT_EQ(run_inside({"/bin/process"}).value(), 0);
  EXPECT_EQ(said, "hello");
}

TEST_F(ReplicaTest, FoldersComeWithWhatTheirProgramsNeed) {
  fs::create_directories(folder.at("plugins/deep"));
  fs::copy_file("/bin/sh", folder.at("plugins/deep/tool"));
  ASSERT_TRUE(replica.add_path(folder.at("plugins")));
  EXPECT_TRUE(root.has(folder.at("plugins/deep/tool")));
  EXPECT_GE(replica.files(), 3u);  // the tool, the interpreter, libc
}

TEST_F(ReplicaTest, WhatIsMissingIsTold) {
  EXPECT_EQ(replica.add_program("no-such-program").error().text(), "no-such-program: No such file or directory");
  fs::create_symlink("nowhere", folder.at("dangling"));
  EXPECT_FALSE(replica.add_path(folder.at("dangling")));
  fs::create_symlink("loop", folder.at("loop"));
  EXPECT_EQ(replica.add_path(folder.at("loop")).error().sys, ELOOP);
  EXPECT_EQ(replica.add_path("/dev/null").error().why, Why::unsupported);
}

TEST(RunPath, OriginIsTheFilesFolder) {
  EXPECT_EQ(expand_run_path("$ORIGIN/../lib", "/opt/x/bin"), "/opt/x/bin/../lib");
  EXPECT_EQ(expand_run_path("${ORIGIN}", "/o"), "/o");
  EXPECT_EQ(expand_run_path("/usr/$LIB", "/o"), "");
  EXPECT_EQ(expand_run_path("$ORIGIN", "/$ORIGIN"), "");
}

TEST(DefaultFolders, ByMachine) {
  Elf elf;
  elf.machine = EM_AARCH64;
  elf.wide = true;
  EXPECT_THAT(default_library_folders(elf), Contains("/usr/lib/aarch64-linux-gnu"));
  EXPECT_THAT(default_library_folders(elf), Contains("/lib64"));
}

}  // namespace
}  // namespace cellblock
