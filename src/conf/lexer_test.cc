#include "conf/lexer.hpp"

#include <gmock/gmock.h>

namespace cellblock::conf {
namespace {

using testing::ElementsAre;

/// Tokens in short: words as they are, variables behind '$', '~' in front of what touches the one before.
std::vector<std::string> tokens(std::string_view text) {
  std::vector<std::string> out;
  for (const Token& token : lex(text, "f", 0).tokens) {
    std::string shown = token.touching ? "~" : "";
    switch (token.kind) {
      case TokenKind::word:
        shown += token.text;
        break;
      case TokenKind::variable:
        shown += "$" + token.text;
        break;
      case TokenKind::semicolon:
        shown += ";";
        break;
      case TokenKind::comma:
        shown += ",";
        break;
      case TokenKind::equals:
        shown += "=";
        break;
      case TokenKind::append:
        shown += "+=";
        break;
      case TokenKind::open:
        shown += "{";
        break;
      case TokenKind::close:
        shown += "}";
        break;
      case TokenKind::stray:
        shown += "?";
        break;
      case TokenKind::end:
        shown += "END";
        break;
    }
    out.push_back(shown);
  }
  return out;
}

std::string decoded(std::string_view text) { return decode(text); }

TEST(Decode, KnowsTheLettersOfC) { EXPECT_EQ(decoded(R"(\a\b\f\n\r\t\v)"), "\a\b\f\n\r\t\v"); }

TEST(Decode, TakesUpToThreeOctalDigits) {
  EXPECT_EQ(decoded(R"(\101\60x\7z\1012)"),
            "A0x\az"
            "A2");
  EXPECT_EQ(decoded(R"(\777)"), "\xff");
  EXPECT_EQ(decoded(R"(\8)"), "8");
}

TEST(Decode, TakesUpToTwoHexadecimalDigits) {
  EXPECT_EQ(decoded(R"(\x41\x4aB\x7g)"), "AJB\ag");
  EXPECT_EQ(decoded(R"(\xfff)"),
            "\xff"
            "f");
}

TEST(Decode, DropsAContinuedLineAndKeepsOtherCharacters) {
  EXPECT_EQ(decoded("a\\\nb"), "ab");
  EXPECT_EQ(decoded(R"(\"\'\\\$\{)"), R"("'\${)");
  EXPECT_EQ(decoded("end\\"), "end");
}

TEST(Decode, EndsAtANul) {
  EXPECT_EQ(decoded(R"(a\0b)"), "a");
  EXPECT_EQ(decoded(R"(a\xb\x)"), "a\v");
  EXPECT_EQ(decoded(std::string_view("a\0b", 3)), "a");
}

TEST(Lex, EndsEvenWhenThereIsNothing) {
  EXPECT_THAT(tokens(""), ElementsAre("END"));
  EXPECT_THAT(tokens(" \t\r\n"), ElementsAre("END"));
}

TEST(Lex, KnowsReservedTokens) {
  EXPECT_THAT(tokens("a{b=c,d+=e;}"),
              ElementsAre("a", "{", "b", "=", "c", ",", "d", "+=", "e", ";", "}", "END"));
}

TEST(Lex, MakesSeveralPiecesOfAWordWithSigns) {
  EXPECT_THAT(tokens("/usr/x"), ElementsAre("/", "~usr", "~/", "~x", "END"));
  EXPECT_THAT(tokens("a.* *.b"), ElementsAre("a.", "~*", "*", "~.b", "END"));
  EXPECT_THAT(tokens("a+b+ =c"), ElementsAre("a", "~+", "~b", "~+", "=", "c", "END"));
  EXPECT_THAT(tokens("$ $5 a$"), ElementsAre("$", "$", "~5", "a", "~$", "END"));
}

TEST(Lex, TakesEscapesForPartsOfWords) {
  EXPECT_THAT(tokens(R"(a\ b\;c)"), ElementsAre("a", "~ ", "~b", "~;", "~c", "END"));
  EXPECT_THAT(tokens("a\\\n b"), ElementsAre("a", "~", "b", "END"));
  EXPECT_THAT(tokens("\\"), ElementsAre("", "END"));
}

TEST(Lex, SkipsComments) {
  EXPECT_THAT(tokens("a#b\nc//d\ne/*f\n*/g/**/h/***/"), ElementsAre("a", "c", "e", "g", "h", "END"));
  EXPECT_THAT(tokens("a /* * / ** */ b"), ElementsAre("a", "b", "END"));
}

TEST(Lex, KeepsCommentsWithTheTokenBehindThem) {
  Lexed lexed = lex("# 1\na; # 2\r\nb { /* 3 */ c; } // 4", "f", 0);
  std::vector<std::string> shown;
  for (const auto& [before, comment] : lexed.comments)
    shown.push_back(comment.text + " @" + std::to_string(before) + (comment.trailing ? " trailing" : ""));
  EXPECT_THAT(shown, ElementsAre("# 1 @0", "# 2 @2 trailing", "/* 3 */ @4", "// 4 @7 trailing"));
}

TEST(Lex, ReadsQuotes) {
  EXPECT_THAT(tokens(R"('a "$b" \'c' "d 'e' \" \$f")"), ElementsAre(R"(a "$b" 'c)", R"(d 'e' " $f)", "END"));
  EXPECT_THAT(tokens("'a\nb' \"c\nd\""), ElementsAre("a\nb", "c\nd", "END"));
  EXPECT_THAT(tokens("'' \"\""), ElementsAre("", "", "END"));
  EXPECT_THAT(tokens(R"(a"b"'c'd)"), ElementsAre("a", "~b", "~c", "~d", "END"));
}

TEST(Lex, ReadsVariables) {
  EXPECT_THAT(tokens("$a_1 ${b.c} ${d e}f$g"), ElementsAre("$a_1", "$b.c", "$d e", "~f", "~$g", "END"));
  EXPECT_THAT(tokens("${a\\}b} ${}"), ElementsAre("$a}b", "$", "END"));
}

TEST(Lex, CutsDoubleQuotesAtVariables) {
  EXPECT_THAT(tokens(R"("a$b${c}d$" e)"), ElementsAre("a", "~$b", "~$c", "~d$", "e", "END"));
  EXPECT_THAT(tokens(R"("$a"b)"), ElementsAre("", "~$a", "~b", "END"));
  EXPECT_THAT(tokens(R"("$a\"$b")"), ElementsAre("", "~$a", "~\"", "~$b", "END"));
  EXPECT_THAT(tokens(R"("$5 $")"), ElementsAre("$5 $", "END"));
}

TEST(Lex, NamesTheLineOnWhichATokenEnds) {
  Lexed lexed = lex("a\n'b\nc'\n;", "f", 0);
  EXPECT_EQ(lexed.tokens[0].line, 1u);
  EXPECT_EQ(lexed.tokens[1].line, 3u);
  EXPECT_EQ(lexed.tokens[2].line, 4u);
}

TEST(Lex, GivesSpansOfTheSource) {
  Lexed lexed = lex("a  'b c'$d", "f", 3);
  EXPECT_EQ(lexed.tokens[0].at, (Span{3, 0, 1}));
  EXPECT_EQ(lexed.tokens[1].at, (Span{3, 3, 8}));
  EXPECT_EQ(lexed.tokens[2].at, (Span{3, 8, 10}));
  EXPECT_TRUE(lexed.tokens[0].bare);
  EXPECT_FALSE(lexed.tokens[1].bare);
}

TEST(Lex, TakesAWholeCharacterForStray) {
  Lexed lexed =
      lex("\xc3\xa4"
          "a\x01",
          "f", 0);
  ASSERT_EQ(lexed.tokens.size(), 4u);
  EXPECT_EQ(lexed.tokens[0].kind, TokenKind::stray);
  EXPECT_EQ(lexed.tokens[0].at, (Span{0, 0, 2}));
  EXPECT_EQ(lexed.tokens[2].kind, TokenKind::stray);
  EXPECT_TRUE(lexed.diags.empty());
}

std::vector<std::string> errors(std::string_view text) {
  std::vector<std::string> out;
  for (const Diag& diag : lex(text, "f", 0).diags) out.push_back(diag.what);
  return out;
}

TEST(Lex, ReportsWhatIsNotTerminated) {
  EXPECT_THAT(errors("a\n'b\nc"), ElementsAre("f line 2: unterminated string"));
  EXPECT_THAT(errors("\"a\\\"\nb"), ElementsAre("f line 1: unterminated string"));
  EXPECT_THAT(errors("a /* b\nc"), ElementsAre("f line 2: unterminated comment"));
  EXPECT_THAT(errors("${a\n}"), ElementsAre("f line 1: unterminated variable"));
  EXPECT_THAT(errors("\"${a\" ${b{c}"),
              ElementsAre("f line 1: unterminated variable", "f line 1: unterminated variable"));
}

TEST(Lex, GoesOnBehindWhatIsNotTerminated) {
  EXPECT_THAT(tokens("'a b\nc"), ElementsAre("a b", "c", "END"));
  EXPECT_TRUE(lex("'a b\nc", "f", 0).tokens[0].broken);
  EXPECT_THAT(tokens("a \"b${c\" d"), ElementsAre("a", "b", "~$", "d", "END"));
  EXPECT_TRUE(lex("a /*", "f", 0).tokens[1].broken);
}

}  // namespace
}  // namespace cellblock::conf
