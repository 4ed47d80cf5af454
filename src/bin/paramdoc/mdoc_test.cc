#include "mdoc.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace cellblock {
namespace {

using testing::HasSubstr;

TEST(MdocText, BreaksLinesAtSentences) {
  EXPECT_EQ(mdoc_text("One. Two, e.g. this. Three"), "One.\nTwo, e.g. this.\nThree\n");
}

TEST(MdocText, MarksLiterals) {
  EXPECT_EQ(mdoc_text("Use `a b` or `c`, else `d`."), "Use\n.Ql a b\nor\n.Ql c ,\nelse\n.Ql d .\n");
  EXPECT_EQ(mdoc_text("`x` first"), ".Ql x\nfirst\n");
  EXPECT_EQ(mdoc_text("its own (`new`), none"), "its own\n.Ql ( new ) ,\nnone\n");
}

TEST(MdocText, MarksReferences) {
  EXPECT_EQ(mdoc_text("See mount(2). By jail.conf(5) only"), "See\n.Xr mount 2 .\nBy\n.Xr jail.conf 5\nonly\n");
  EXPECT_EQ(mdoc_text("a (b) (2) c(x)"), "a (b) (2) c(x)\n");
}

TEST(MdocText, NamesFreeBsdByItsMacro) {
  EXPECT_EQ(mdoc_text("As on FreeBSD. FreeBSD has it"), "As on\n.Fx .\n.Fx\nhas it\n");
}

TEST(MdocText, FillsLines) {
  std::string words;
  for (int at = 0; at < 60; ++at) words += "word ";
  std::string text = mdoc_text(words + "end");
  for (size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1)
    EXPECT_LE(text.find('\n', begin) - begin, 78u);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
  EXPECT_EQ(mdoc_text(std::string(100, 'x')), std::string(100, 'x') + "\n");
}

TEST(MdocText, HidesWhatWouldBeARequest) {
  EXPECT_EQ(mdoc_text(".zfs and 'x' \\"), "\\&.zfs and 'x' \\e\n");
  EXPECT_EQ(mdoc_text("`a` .b"), ".Ql a\n\\&.b\n");
}

TEST(MdocRow, SaysAll) {
  std::string row = mdoc_row(*model::find_param("path")->param);
  EXPECT_THAT(row, HasSubstr(".It Va path\n.Pq string; set at creation; default: the root of the creator\n"));
  EXPECT_THAT(row, HasSubstr(".Em Linux :\n"));
  EXPECT_THAT(mdoc_row(*model::find_param("mac.label")->param), HasSubstr(".Em Linux, no effect :\n"));
  EXPECT_THAT(mdoc_row(*model::find_param("parent")->param), HasSubstr(".Pq integer; read-only\n"));
}

TEST(GroupOf, PutsEveryRowIntoOneGroup) {
  std::set<std::string_view> groups{"identity", "host", "network", "ipc",  "allow",
                                    "exec",     "mount", "own",    "linux", "other"};
  std::set<std::string_view> seen;
  for (const model::Param& param : model::params()) {
    EXPECT_TRUE(groups.contains(group_of(param))) << param.name;
    seen.insert(group_of(param));
  }
  EXPECT_EQ(seen, groups);
  EXPECT_EQ(group_of(*model::find_param("linux.userns")->param), "own");
  EXPECT_EQ(group_of(*model::find_param("linux.osname")->param), "linux");
  EXPECT_EQ(group_of(*model::find_param("allow.mount.devfs")->param), "allow");
  EXPECT_EQ(group_of(*model::find_param("meta")->param), "identity");
}

}  // namespace
}  // namespace cellblock
