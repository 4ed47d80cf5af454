#include "conf/fstab.hpp"

#include <gmock/gmock.h>

namespace cellblock::conf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string error_of(std::string_view line) {
  auto entry = parse_fstab_line(line);
  return entry ? "no error" : entry.error().text();
}

TEST(FstabLine, SixFields) {
  auto entry = parse_fstab_line("/usr/jails/basejail /var/jails/www/basejail nullfs ro,nosuid 1 2").value();
  EXPECT_EQ(entry.source, "/usr/jails/basejail");
  EXPECT_EQ(entry.target, "/var/jails/www/basejail");
  EXPECT_EQ(entry.type, "nullfs");
  EXPECT_THAT(entry.options, ElementsAre("ro", "nosuid"));
  EXPECT_EQ(entry.dump, 1);
  EXPECT_EQ(entry.pass, 2);
  EXPECT_TRUE(entry.has("ro"));
  EXPECT_FALSE(entry.has("r"));
}

TEST(FstabLine, ThreeFieldsAreEnough) {
  auto entry = parse_fstab_line("none /jails/linux/proc linprocfs").value();
  EXPECT_EQ(entry.type, "linprocfs");
  EXPECT_THAT(entry.options, IsEmpty());
}

TEST(FstabLine, TheFirstTwoFieldsAreDecoded) {
  auto entry = parse_fstab_line("/my\\040disk\t/mnt/a\\sb\\134c\tnullfs\trw").value();
  EXPECT_EQ(entry.source, "/my disk");
  EXPECT_EQ(entry.target, "/mnt/a b\\c");
}

TEST(FstabLine, BlankLinesAndCommentsAreNothing) {
  for (auto line : {"", "   \t", "# /dev/da0 /mnt ufs rw", "  # x"})
    EXPECT_EQ(parse_fstab_line(line).value().target, "") << line;
  EXPECT_EQ(parse_fstab_line("tmpfs /tmp tmpfs # a scratch disk").value().type, "tmpfs");
}

TEST(FstabLine, WhatIsWrongIsSaidAsJailSaysIt) {
  EXPECT_EQ(error_of("/a /b"), "/a /b: missing information");
  EXPECT_EQ(error_of("  /a "), "/a: missing information");
  EXPECT_EQ(error_of("/a\\ /b nullfs"), "/a\\ /b nullfs: fstab parse error");
  EXPECT_EQ(error_of("/a\\\\ /b nullfs"), "no error");
}

TEST(FstabText, GoodLinesSurviveBadOnes) {
  std::string_view text = "# jail www\n/a /b nullfs ro\n/c /d\n\nproc /p procfs rw 0 0";
  Fstab fstab = parse_fstab(text, 7);
  ASSERT_THAT(fstab.entries, SizeIs(2));
  EXPECT_EQ(fstab.entries[0].at, (Span{7, 11, 26}));
  EXPECT_EQ(fstab.entries[1].target, "/p");
  EXPECT_EQ(text.substr(fstab.entries[1].at.begin), "proc /p procfs rw 0 0");
  ASSERT_THAT(fstab.diags, SizeIs(1));
  EXPECT_EQ(fstab.diags[0].at, (Span{7, 27, 32}));
  EXPECT_EQ(fstab.diags[0].what, "/c /d: missing information");
}

TEST(FstabText, PrintingAndReadingAreInverse) {
  for (auto line : {"/a\\040b\t/c\tnullfs\tro,nosuid\t0 0", "tmpfs\t/t\ttmpfs\trw\t1 2"})
    EXPECT_EQ(fstab_line(parse_fstab_line(line).value()), line);
}

}  // namespace
}  // namespace cellblock::conf
