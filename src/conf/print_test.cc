#include "conf/print.hpp"

#include <gtest/gtest.h>

#include "conf/parse.hpp"

namespace cellblock::conf {
namespace {

std::string reprinted(std::string text) { return print_tree(parse_text(std::move(text)).tree); }

TEST(Quote, FollowsJail8) {
  EXPECT_EQ(quote(""), "\"\"");
  EXPECT_EQ(quote("plain"), "plain");
  EXPECT_EQ(quote("a b"), "\"a b\"");
  EXPECT_EQ(quote("a\tb"), "\"a\tb\"");
  EXPECT_EQ(quote("it's"), "\"it's\"");
  EXPECT_EQ(quote("say \"x\""), "'say \"x\"'");
  EXPECT_EQ(quote("it's \"x\""), "\"it's \\\"x\\\"\"");
  EXPECT_EQ(quote("a\\b"), "a\\\\b");
  EXPECT_EQ(quote("a\nb"), "a\nb");
}

TEST(PrintTree, KeepsCommentsToTheEndOfTheLineApart) {
  std::string text = reprinted("a { persist; # one\n;; # two\n}\n");
  EXPECT_EQ(text, "a {\n    persist;  # one\n    # two\n}\n");
  EXPECT_EQ(reprinted(text), text);
}

TEST(PrintJails, LeavesTheJidOut) {
  std::vector<model::Wanted> jails{
      {.settings = {{"jid", {"7"}}, {"path", {"/x"}}, {"persist", {}}, {"name", {"7"}}}},
      {.settings = {{"jid", {"8"}}}}};
  EXPECT_EQ(print_jails(jails, ", "), "path=/x, persist, name=7\n\n");
}

TEST(PrintStarted, BeginsWithTheJid) {
  model::Wanted jail{
      .settings = {{"name", {"web"}}, {"jid", {"9"}}, {"exec.start", {"a b", "c"}}, {"ip6.addr", {""}}}};
  EXPECT_EQ(print_started(jail, 9), "jid=9\tname=web\texec.start=\"a b\",c\tip6.addr=\"\"\n");
}

TEST(PrintWord, QuotesWhatIsNotPlain) {
  EXPECT_EQ(print_word("/usr/local"), "/usr/local");
  EXPECT_EQ(print_word(""), "\"\"");
  EXPECT_EQ(print_word("http://x"), "\"http://x\"");
  EXPECT_EQ(print_word("a b$c\"d\\e"), R"("a b\$c\"d\\e")");
  EXPECT_EQ(print_word("a\nb\tc\x01"), R"("a\nb\tc\001")");
  EXPECT_EQ(print_word("\xc3\xa4"), "\"\xc3\xa4\"");
}

TEST(PrintTree, IndentsAndKeepsBlankLines) {
  EXPECT_EQ(reprinted("a=b;\n\n\n# c\nd{e;\n\nf+=g,'h i';j{k l;}}m;"),
            "a = b;\n\n# c\nd {\n    e;\n\n    f += g, \"h i\";\n\n    j {\n        k l;\n    }\n}\n\nm;\n");
}

TEST(PrintTree, QuotesNamesThatAreMoreThanOneToken) {
  EXPECT_EQ(reprinted("'a/b' = 1; * { } 'x.*' { } ${v w} = 2; '' = 3; 'q\"$' { }"),
            "\"a/b\" = 1;\n\n* { }\n\n\"x.*\" { }\n\n${v w} = 2;\n\"\" = 3;\n\n\"q\\\"\\$\" { }\n");
}

TEST(PrintTree, WritesVariablesBackAsSuch) {
  EXPECT_EQ(reprinted("a = $b; c = ${d e}; f = x$g; h = \"${i}j\"; k = ${l\\}m}'\"';"),
            "a = $b;\nc = ${d e};\nf = \"x${g}\";\nh = \"${i}j\";\nk = \"${l\\}m}\\\"\";\n");
}

TEST(PrintTree, KeepsIncludes) {
  MemorySources sources({{"f", ".include a,\"b c\"; x { .include a; }"}, {"a", "y;"}, {"b c", ""}});
  EXPECT_EQ(print_tree(parse(sources, "f").tree), ".include a, \"b c\";\n\nx {\n    .include a;\n}\n");
}

}  // namespace
}  // namespace cellblock::conf
