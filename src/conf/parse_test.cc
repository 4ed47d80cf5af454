#include "conf/parse.hpp"

#include <gmock/gmock.h>

#include "conf/print.hpp"

namespace cellblock::conf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> errors(const Parsed& parsed) {
  std::vector<std::string> out;
  for (const Diag& diag : parsed.diags) out.push_back(diag.what);
  return out;
}

std::vector<std::string> errors(std::string_view text) { return errors(parse_text(std::string(text), "f")); }

template <class T>
const T& only(const std::vector<Item>& items) {
  EXPECT_EQ(items.size(), 1u);
  return std::get<T>(items.at(0).what);
}

TEST(Parse, GivesParametersWithTheirSpans) {
  Parsed parsed = parse_text("  path = /a\"b\"$c , d ;");
  ASSERT_THAT(errors(parsed), IsEmpty());
  const auto& param = only<ParamDecl>(parsed.tree.items);
  EXPECT_EQ(param.name.value, "path");
  EXPECT_EQ(param.name.at, (Span{0, 2, 6}));
  EXPECT_EQ(param.at, (Span{0, 2, 22}));
  EXPECT_EQ(param.assign, Assign::set);
  ASSERT_EQ(param.values.size(), 2u);
  ASSERT_EQ(param.values[0].pieces.size(), 2u);
  EXPECT_EQ(param.values[0].pieces[0].text, "/ab");
  EXPECT_EQ(param.values[0].pieces[0].at, (Span{0, 9, 14}));
  EXPECT_TRUE(param.values[0].pieces[1].variable);
  EXPECT_EQ(param.values[0].pieces[1].text, "c");
  EXPECT_EQ(param.values[0].at, (Span{0, 9, 16}));
  EXPECT_EQ(param.values[1].at, (Span{0, 19, 20}));
}

TEST(Parse, TellsTheFourKindsOfAssignmentApart) {
  Parsed parsed = parse_text("a; b = 1; c += 2; d 3; $e = 4;");
  std::vector<Assign> kinds;
  for (const Item& item : parsed.tree.items) kinds.push_back(std::get<ParamDecl>(item.what).assign);
  EXPECT_THAT(kinds, ElementsAre(Assign::none, Assign::set, Assign::append, Assign::plain, Assign::set));
  EXPECT_TRUE(std::get<ParamDecl>(parsed.tree.items[4].what).variable);
}

TEST(Parse, AnEmptyStringHasNoPieces) {
  Parsed parsed = parse_text("a = \"\";");
  const auto& param = only<ParamDecl>(parsed.tree.items);
  ASSERT_EQ(param.values.size(), 1u);
  EXPECT_TRUE(param.values[0].pieces.empty());
}

TEST(Parse, NestsBlocks) {
  Parsed parsed = parse_text("a { b { c; } d; }");
  const auto& a = only<JailDecl>(parsed.tree.items);
  EXPECT_EQ(a.at, (Span{0, 0, 17}));
  ASSERT_EQ(a.items.size(), 2u);
  EXPECT_EQ(std::get<JailDecl>(a.items[0].what).name.value, "b");
}

TEST(Parse, ReportsEveryErrorAndKeepsTheRest) {
  Parsed parsed = parse_text("a { b = ; c = 1; } d = = ; e { f; }", "f");
  EXPECT_THAT(errors(parsed), ElementsAre("f line 1: ;: syntax error", "f line 1: =: syntax error"));
  ASSERT_EQ(parsed.tree.items.size(), 2u);
  EXPECT_EQ(only<ParamDecl>(std::get<JailDecl>(parsed.tree.items[0].what).items).name.value, "c");
  EXPECT_EQ(std::get<JailDecl>(parsed.tree.items[1].what).name.value, "e");
}

TEST(Parse, SaysEndOfFileOnce) {
  EXPECT_THAT(errors("a {"), ElementsAre("f: unexpected EOF"));
  EXPECT_THAT(errors("a { b {"), ElementsAre("f: unexpected EOF"));
  EXPECT_THAT(errors("a { b ="), ElementsAre("f: unexpected EOF"));
  EXPECT_THAT(errors("a = b"), ElementsAre("f: unexpected EOF"));
}

TEST(Parse, WhatFollowsFromABrokenTokenIsNotReported) {
  EXPECT_THAT(errors("a = 'b;\nc = 1;"), ElementsAre("f line 1: unterminated string"));
  EXPECT_THAT(errors("a = ${b c d\n; e = ;"),
              ElementsAre("f line 1: unterminated variable", "f line 2: ;: syntax error"));
  EXPECT_THAT(errors("a { /*"), ElementsAre("f line 1: unterminated comment"));
}

TEST(Parse, StopsAtAFileThatIsNoConfiguration) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "= ;\n";
  Parsed parsed = parse_text(text, "f");
  EXPECT_EQ(parsed.diags.size(), 201u);
  EXPECT_EQ(parsed.diags.back().what, "f: too many errors");
}

TEST(Parse, BoundsTheDepthOfBlocks) {
  auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "a {";
    return text + std::string(static_cast<size_t>(depth), '}');
  };
  EXPECT_THAT(errors(nested(max_block_depth)), IsEmpty());
  EXPECT_THAT(errors(nested(max_block_depth + 1)), ElementsAre("f line 1: {: syntax error"));
  EXPECT_THAT(errors(nested(20000)), ElementsAre("f line 1: {: syntax error"));
  EXPECT_EQ(errors(std::string(20000, '{')).size(), 131u);  // each is one, the last is too deep, and the end is unexpected
}

TEST(Parse, NamesStandardInputSTDIN) {
  MemorySources sources(MemorySources::Texts{{"-", "a ="}});
  EXPECT_THAT(errors(parse(sources, "-")), ElementsAre("STDIN: unexpected EOF"));
}

TEST(Parse, ReportsAMissingFile) {
  MemorySources sources;
  Parsed parsed = parse(sources, "/etc/jail.conf");
  EXPECT_EQ(print(parsed.tree.texts, parsed.diags, "jail"),
            "jail: /etc/jail.conf: No such file or directory\n");
}

TEST(Include, IsRelativeToTheIncludingFile) {
  MemorySources sources({{"/etc/jail.conf", ".include \"d/a.conf\", \"/abs.conf\";"},
                         {"/etc/d/a.conf", ".include \"b.conf\";"},
                         {"/etc/d/b.conf", "b;"},
                         {"/abs.conf", "c;"}});
  Parsed parsed = parse(sources, "/etc/jail.conf");
  ASSERT_THAT(errors(parsed), IsEmpty());
  const auto& include = only<IncludeDecl>(parsed.tree.items);
  ASSERT_EQ(include.files.size(), 2u);
  EXPECT_EQ(parsed.tree.texts.at(include.files[0].file).name, "/etc/d/a.conf");
  EXPECT_EQ(parsed.tree.texts.at(include.files[1].file).name, "/abs.conf");
  const auto& inner = only<IncludeDecl>(include.files[0].items);
  EXPECT_EQ(only<ParamDecl>(inner.files[0].items).name.value, "b");
}

TEST(Include, FromStandardInputIsRelativeToTheWorkingDirectory) {
  MemorySources sources(
      {{"-", ".include \"d/a.conf\";"}, {"d/a.conf", ".include \"b.conf\";"}, {"d/b.conf", ""}});
  EXPECT_THAT(errors(parse(sources, "-")), IsEmpty());
}

TEST(Include, MayGoThirtyTwoLevelsDeep) {
  auto chain = [](int files) {
    MemorySources sources;
    for (int i = 0; i < files; ++i)
      sources.set("f" + std::to_string(i), ".include f" + std::to_string(i + 1) + ";");
    sources.set("f" + std::to_string(files), "");
    return errors(parse(sources, "f0"));
  };
  EXPECT_THAT(chain(32), IsEmpty());
  EXPECT_THAT(chain(33), ElementsAre("maximum include depth exceeded"));
}

TEST(Include, OfItselfTwiceEndsSoon) {
  MemorySources sources(MemorySources::Texts{{"f", ".include f, f;"}});
  EXPECT_THAT(errors(parse(sources, "f")), ElementsAre("maximum include depth exceeded"));
}

TEST(Include, DoublingAtEachLevelEndsSoon) {
  MemorySources sources;
  for (int i = 0; i < 31; ++i) {
    std::string next = "f" + std::to_string(i + 1);
    sources.set("f" + std::to_string(i), ".include " + next + ", " + next + ";");
  }
  sources.set("f31", "a;");
  EXPECT_THAT(errors(parse(sources, "f0")), ElementsAre("maximum include depth exceeded"));
}

class BrokenSources final : public Sources {
 public:
  Result<std::string> read(const std::string& path) override {
    if (path == "f") return std::string(".include \"*.conf\";");
    return sys_fail(EACCES, "{}", path);
  }
  Result<std::vector<std::string>> glob(const std::string& pattern) override {
    if (!fail_glob) return std::vector<std::string>{"a.conf"};
    return sys_fail(ENOMEM, "{}", pattern);
  }
  bool fail_glob = false;
};

TEST(Include, ReportsFailingSources) {
  BrokenSources sources;
  EXPECT_THAT(errors(parse(sources, "f")), ElementsAre("a.conf: Permission denied"));
  sources.fail_glob = true;
  EXPECT_THAT(errors(parse(sources, "f")), ElementsAre("*.conf: filename glob failed"));
}

TEST(Same, SeesEveryDifference) {
  auto tree = [](const char* text) { return parse_text(text).tree; };
  EXPECT_TRUE(same(tree("a = 'b';"), tree("a  =  b ;")));
  for (const char* other : {"b = b;", "$a = b;", "a += b;", "a b;", "a;", "a = c;", "a = $b;", "a = b, c;",
                            "a = b; c;", "a { b; }", "# a"})
    EXPECT_FALSE(same(tree("a = b;"), tree(other))) << other;
  EXPECT_FALSE(same(tree("a { b; }"), tree("a { c; }")));
  EXPECT_FALSE(same(tree("a { b; }"), tree("c { b; }")));
  EXPECT_FALSE(same(tree("# a"), tree("# b")));
  EXPECT_FALSE(same(tree("a; # b"), tree("a;\n# b")));
}

}  // namespace
}  // namespace cellblock::conf
