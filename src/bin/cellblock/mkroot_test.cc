#include "mkroot.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "common/test_folder.hpp"
#include "verb.hpp"

namespace cellblock {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string error_of(const std::vector<std::string>& words) {
  auto request = parse_mkroot(words);
  return request ? "no error" : request.error().text();
}

TEST(Mkroot, ProgramsAndThenTheFolder) {
  auto request = parse_mkroot({"--from-binary", "/bin/a", "--file=/etc/x", "b", "--file", "/y", "/dir"}).value();
  EXPECT_EQ(request.kind, "from-binary");
  EXPECT_THAT(request.programs, ElementsAre("/bin/a", "b"));
  EXPECT_THAT(request.files, ElementsAre("/etc/x", "/y"));
  EXPECT_EQ(request.directory, "/dir");
}

TEST(Mkroot, SuiteAndPackages) {
  auto request = parse_mkroot({"--debian=bookworm", "--include=ssh", "--include", "curl,vim", "--mirror=http://m/", "/d"}).value();
  EXPECT_EQ(request.suite, "bookworm");
  EXPECT_EQ(request.include, "ssh,curl,vim");
  EXPECT_EQ(request.mirror, "http://m/");
  EXPECT_THAT(parse_mkroot({"--debian", "/d"}).value().suite, IsEmpty());
}

TEST(Mkroot, WhatIsWrongIsSaid) {
  EXPECT_EQ(error_of({}), "say which kind of root");
  EXPECT_EQ(error_of({"--busybox"}), "say where");
  EXPECT_EQ(error_of({"--busybox", ""}), "say where");
  EXPECT_EQ(error_of({"--busybox", "a", "b"}), "a: one folder is enough");
  EXPECT_EQ(error_of({"--from-binary", "a"}), "say which programs, and then where");
  EXPECT_EQ(error_of({"--busybox", "--debian", "a"}), "--busybox and --debian exclude each other");
  EXPECT_EQ(error_of({"--busybox=x", "a"}), "--busybox takes no value");
  EXPECT_EQ(error_of({"--mirror"}), "--mirror needs a value");
  EXPECT_EQ(error_of({"--nope", "a"}), "unknown option --nope");
}

std::string refusal(Result<> done) { return done ? "no error" : done.error().text(); }

class MkrootFolder : public testing::Test {
 protected:
  TestFolder folder;
  MkrootRequest request{.kind = "prepare", .directory = folder.at("root")};

  void SetUp() override {
    if (RootDir root = RootDir::make(folder.at("mark")).value(); root.mark(), !root.is_marked())
      GTEST_SKIP() << "no extended attributes here";
  }
};

TEST_F(MkrootFolder, OnlyAnEmptyOneOrItsOwn) {
  ASSERT_TRUE(open_new_root(request.directory));
  folder.write("root/file", "");
  EXPECT_TRUE(open_new_root(request.directory)) << "more may be put into it";
  std::filesystem::create_directory(folder.at("home"));
  folder.write("home/letter", "");
  auto refused = open_new_root(folder.at("home"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text(), folder.at("home") + ": not empty, and nothing that mkroot has made");
  EXPECT_FALSE(open_new_root("/"));
  EXPECT_FALSE(open_new_root("/tmp/.."));
}

TEST_F(MkrootFolder, PreparesASystemOnly) {
  EXPECT_EQ(refusal(prepare_root(request)), request.directory + ": No such file or directory");
  std::filesystem::create_directories(folder.at("root/etc"));
  std::filesystem::create_directories(folder.at("root/bin"));
  EXPECT_EQ(refusal(prepare_root(request)), request.directory + ": no system in it");
  folder.write("root/etc/passwd", "");
  EXPECT_EQ(refusal(prepare_root(request)), "no error");
  EXPECT_TRUE(open_new_root(request.directory)) << "now more may be put into it";
  request.directory = "/";
  EXPECT_EQ(refusal(prepare_root(request)), "/: this is the root of this system itself");
}

TEST(DidYouMean, NamesWhatIsNear) {
  std::string_view verbs[] = {"add", "doctor", "mkroot"};
  EXPECT_EQ(did_you_mean("doctr", verbs), " (did you mean \"doctor\"?)");
  EXPECT_EQ(did_you_mean("mkrot", verbs), " (did you mean \"mkroot\"?)");
  EXPECT_EQ(did_you_mean("ad", verbs), " (did you mean \"add\"?)");
  EXPECT_EQ(did_you_mean("start", verbs), "");
  EXPECT_EQ(did_you_mean("", verbs), "");
}

TEST(HumanSize, ThreeFiguresAtMost) {
  EXPECT_EQ(human_size(0), "0B");
  EXPECT_EQ(human_size(999), "999B");
  EXPECT_EQ(human_size(2048), "2.0K");
  EXPECT_EQ(human_size(1 << 20), "1.0M");
  EXPECT_EQ(human_size(900ull << 20), "900M");
}

}  // namespace
}  // namespace cellblock
