#include "mkroot.hpp"

#include <gmock/gmock.h>

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

TEST(HumanSize, ThreeFiguresAtMost) {
  EXPECT_EQ(human_size(0), "0B");
  EXPECT_EQ(human_size(999), "999B");
  EXPECT_EQ(human_size(2048), "2.0K");
  EXPECT_EQ(human_size(1 << 20), "1.0M");
  EXPECT_EQ(human_size(900ull << 20), "900M");
}

}  // namespace
}  // namespace cellblock
