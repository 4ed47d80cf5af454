#include "conf/diag.hpp"

#include <gtest/gtest.h>

namespace cellblock::conf {
namespace {

const SourceTexts one_file{{"jail.conf", "first\n\tsecond = \xc3\xa4\xc3\xb6 x;\nlast"}};

Span span_of(std::string_view what) {
  auto begin = static_cast<uint32_t>(one_file[0].text.find(what));
  return {0, begin, begin + static_cast<uint32_t>(what.size())};
}

TEST(Position, CountsFromOne) {
  Position start = position("a\nb", 0);
  EXPECT_EQ(start.line, 1u);
  EXPECT_EQ(start.column, 1u);
  Position second = position("a\nbcd", 4);
  EXPECT_EQ(second.line, 2u);
  EXPECT_EQ(second.column, 3u);
}

TEST(Position, BehindTheLastNewlineIsANewLine) {
  EXPECT_EQ(position("a\n", 2).line, 2u);
  EXPECT_EQ(position("a\n", 2).column, 1u);
}

TEST(Position, CountsCharactersNotBytes) { EXPECT_EQ(position("\xc3\xa4\xc3\xb6x", 4).column, 3u); }

TEST(PrintDiag, ShowsTheLineAndMarksThePlace) {
  EXPECT_EQ(print(one_file, Diag{span_of("last"), "what", "hint"}, "jail"),
            "jail: what\n"
            "jail.conf:3:1: hint\n"
            "    last\n"
            "    ^^^^\n");
}

TEST(PrintDiag, KeepsTabsAndCountsWideCharactersOnce) {
  EXPECT_EQ(print(one_file, Diag{span_of("x;"), "what", "hint"}, "jail"),
            "jail: what\n"
            "jail.conf:2:14: hint\n"
            "    \tsecond = \xc3\xa4\xc3\xb6 x;\n"
            "    \t            ^^\n");
}

TEST(PrintDiag, MarksAnEmptyPlaceWithOneCaret) {
  EXPECT_EQ(print(one_file, Diag{{0, 5, 5}, "what", "hint"}, "jail"),
            "jail: what\njail.conf:1:6: hint\n    first\n         ^\n");
}

TEST(PrintDiag, MarksOnlyTheFirstLineOfALongPlace) {
  EXPECT_EQ(print(one_file, Diag{{0, 0, 30}, "what", "hint"}, "jail"),
            "jail: what\njail.conf:1:1: hint\n    first\n    ^^^^^\n");
}

TEST(PrintDiag, WithoutAHintTheFirstLineIsRepeated) {
  EXPECT_EQ(print(one_file, Diag{{0, 0, 1}, "what", ""}, "jls"),
            "jls: what\njail.conf:1:1: what\n    first\n    ^\n");
}

TEST(PrintDiag, WithoutAPlaceThereIsNoExcerpt) {
  EXPECT_EQ(print(one_file, Diag{{}, "what", ""}, "jail"), "jail: what\n");
  EXPECT_EQ(print(one_file, Diag{{}, "what", "hint"}, "jail"), "jail: what\n    hint\n");
  EXPECT_EQ(print(one_file, Diag{{7, 0, 1}, "what", ""}, "jail"), "jail: what\n");
}

TEST(PrintDiag, SurvivesAPlaceBeyondTheEnd) {
  EXPECT_EQ(print(one_file, Diag{{0, 1000, 2000}, "what", "hint"}, "jail"),
            "jail: what\njail.conf:3:5: hint\n    last\n        ^\n");
  EXPECT_EQ(print({{"empty", ""}}, Diag{{0, 0, 0}, "what", "hint"}, "jail"),
            "jail: what\nempty:1:1: hint\n    \n    ^\n");
}

TEST(PrintDiag, LetsNoControlCharactersThrough) {
  SourceTexts texts{{"f", "a\x1b[31mb\r\n"}};
  EXPECT_EQ(print(texts, Diag{{0, 6, 7}, "bad \x1b", "hint"}, "jail"),
            "jail: bad ?\nf:1:7: hint\n    a?[31mb\n          ^\n");
}

TEST(PrintDiag, ShowsAWindowOfAVeryLongLine) {
  std::string line(1000, '-');
  line[500] = 'X';
  std::string out = print({{"f", line}}, Diag{{0, 500, 501}, "what", "hint"}, "jail");
  EXPECT_NE(out.find("f:1:501: hint\n"), out.npos);
  EXPECT_NE(out.find("\n    " + std::string(60, '-') + "X-"), out.npos);
  EXPECT_NE(out.find("\n    " + std::string(60, ' ') + "^\n"), out.npos);
  EXPECT_LT(out.size(), 300u);
}

TEST(SortDiags, GoesByFileThenPlaceAndKeepsTheOrderOfEqualOnes) {
  std::vector<Diag> diags{
      {{1, 0, 1}, "d", ""}, {{}, "e", ""}, {{0, 9, 9}, "c", ""}, {{0, 2, 3}, "a", ""}, {{0, 2, 9}, "b", ""}};
  sort(diags);
  std::string order;
  for (const Diag& diag : diags) order += diag.what;
  EXPECT_EQ(order, "abcde");
}

}  // namespace
}  // namespace cellblock::conf
