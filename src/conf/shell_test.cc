#include "conf/shell.hpp"

#include <gmock/gmock.h>

namespace cellblock::conf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::optional<std::string> value_of(std::string_view name) {
  if (name == "x") return "ex";
  if (name == "empty") return "";
  if (name == "two") return "a b";
  return std::nullopt;
}

struct Read {
  std::vector<std::string> words;
  std::vector<std::string> complaints;
};

Read words_of(std::string_view text) {
  Lookup lookup = value_of;
  ShellReader reader(text, 0, lookup);
  Read read;
  for (reader.skip_blanks(); !reader.at_statement_end(); reader.skip_blanks()) read.words.push_back(reader.read_word());
  for (const Diag& diag : reader.diags()) {
    EXPECT_LE(diag.at.begin, diag.at.end);
    EXPECT_LE(diag.at.end, text.size());
    read.complaints.push_back(diag.what);
  }
  return read;
}

TEST(ShellReader, QuotesGoAndJoin) {
  Read read = words_of(R"(add path 'pts/*' "a b"c'd'\ e \# # comment)");
  EXPECT_THAT(read.words, ElementsAre("add", "path", "pts/*", "a bcd e", "#"));
  EXPECT_THAT(read.complaints, IsEmpty());
}

TEST(ShellReader, VariablesOutsideSingleQuotes) {
  EXPECT_THAT(words_of(R"($x ${x}y "$two" '$x' \$x "\$x" $nope$x a$ $9)").words,
              ElementsAre("ex", "exy", "a b", "$x", "$x", "$x", "ex", "a$", "$9"));
}

TEST(ShellReader, Fallbacks) {
  EXPECT_THAT(words_of(R"(${x:-no} ${nope:-yes} ${empty:-yes} ${empty-no}. ${nope-"a b"} ${nope:-${x}} ${nope:=z})").words,
              ElementsAre("ex", "yes", "yes", ".", "a b", "ex", "z"));
}

TEST(ShellReader, LinesJoinAndStatementsEnd) {
  EXPECT_THAT(words_of("a\\\nb \\\n c\nd").words, ElementsAre("ab", "c"));
  EXPECT_THAT(words_of("a; b").words, ElementsAre("a"));
  EXPECT_THAT(words_of("\"a\nb\" c").words, ElementsAre("a\nb", "c"));
}

TEST(ShellReader, BackslashInDoubleQuotesEscapesFewCharacters) {
  EXPECT_THAT(words_of(R"("a\nb" "\"\\" "x\)").words, ElementsAre("a\\nb", "\"\\", "x\\"));
}

TEST(ShellReader, CommandsAreRefused) {
  Read read = words_of("a$(reboot now)b `halt` c");
  EXPECT_THAT(read.words, ElementsAre("ab", "", "c"));
  EXPECT_THAT(read.complaints, ElementsAre("commands are not run here", "commands are not run here"));
}

TEST(ShellReader, WhatNeverEndsIsTold) {
  EXPECT_THAT(words_of("'abc").complaints, ElementsAre("unterminated quoted string"));
  EXPECT_THAT(words_of("\"abc").complaints, ElementsAre("unterminated quoted string"));
  for (auto bad : {"${x", "${x%%a}", "${}", "${x:?}", "${"}) EXPECT_THAT(words_of(bad).complaints, ElementsAre("bad substitution")) << bad;
}

TEST(ShellReader, Assignments) {
  Lookup lookup = value_of;
  ShellReader reader("a_1=b c=d 1x=y", 0, lookup);
  EXPECT_EQ(reader.take_assignment(), "a_1");
  EXPECT_EQ(reader.read_word(), "b");
  reader.skip_blanks();
  EXPECT_EQ(reader.take_assignment(), "c");
  EXPECT_EQ(reader.read_word(), "d");
  reader.skip_blanks();
  EXPECT_EQ(reader.take_assignment(), std::nullopt);
  EXPECT_EQ(reader.offset(), 10u);
}

TEST(ShellQuote, ReadsBackAsItWas) {
  for (std::string_view value : {"", "a b", "it's", "a\"b", "back\\slash", "new\nline", "`x`"})
    EXPECT_THAT(words_of(shell_quote(value)).words, ElementsAre(value));
  EXPECT_EQ(shell_quote("$x y"), "\"$x y\"");
}

TEST(ShellLiteral, IsOneWordThatMeansTheText) {
  EXPECT_EQ(shell_literal("pts/0"), "pts/0");
  EXPECT_EQ(shell_literal("pts/*"), "'pts/*'");
  for (std::string_view text : {"", "a b", "it's", "$x", "#", "a\\b", "\"", "x\ny"})
    EXPECT_THAT(words_of(shell_literal(text)).words, ElementsAre(text));
}

TEST(ShellName, LettersDigitsUnderscore) {
  EXPECT_TRUE(is_shell_name("jail_www1_ip"));
  for (auto bad : {"", "1a", "a-b", "a.b", "ä"}) EXPECT_FALSE(is_shell_name(bad)) << bad;
}

}  // namespace
}  // namespace cellblock::conf
