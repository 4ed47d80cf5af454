#include "conf/resolve.hpp"

#include <gmock/gmock.h>

#include "conf/parse.hpp"
#include "conf/print.hpp"

namespace cellblock::conf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Resolved resolved(std::string text) {
  Parsed parsed = parse_text(std::move(text));
  EXPECT_TRUE(parsed.diags.empty()) << print(parsed.tree.texts, parsed.diags, "jail");
  return resolve(parsed.tree);
}

std::string shown(std::string text) { return print_jails(resolved(std::move(text)).jails, " "); }

TEST(IsWildcard, NeedsAWholeComponent) {
  for (const char* name : {"*", "a.*", "*.b", "a.*.b"}) EXPECT_TRUE(is_wildcard(name)) << name;
  for (const char* name : {"", "a", "a*", "*a", "a.b*", "**", "a.**.b"})
    EXPECT_FALSE(is_wildcard(name)) << name;
}

TEST(WildcardMatch, TheLastStarTakesTheRest) {
  EXPECT_TRUE(wildcard_match("*", "a"));
  EXPECT_TRUE(wildcard_match("*", "a.b.c"));
  EXPECT_TRUE(wildcard_match("a.*", "a.b"));
  EXPECT_TRUE(wildcard_match("a.*", "a.b.c"));
  EXPECT_FALSE(wildcard_match("a.*", "a"));
  EXPECT_FALSE(wildcard_match("a.*", "b.a"));
  EXPECT_FALSE(wildcard_match("a.*", "ab.c"));
}

TEST(WildcardMatch, AnotherStarTakesOneComponent) {
  EXPECT_TRUE(wildcard_match("*.b", "a.b"));
  EXPECT_FALSE(wildcard_match("*.b", "b"));
  EXPECT_FALSE(wildcard_match("*.b", "a.b.c"));
  EXPECT_FALSE(wildcard_match("*.b", "a.x.b"));
  EXPECT_TRUE(wildcard_match("*.*", "a.b.c"));
  EXPECT_TRUE(wildcard_match("a.*.c", "a.b.c"));
  EXPECT_FALSE(wildcard_match("a.*.c", "a.b.d"));
}

TEST(SameSlot, SeesThroughNoBeforeAComponent) {
  EXPECT_TRUE(same_slot("persist", "persist"));
  EXPECT_TRUE(same_slot("nopersist", "persist"));
  EXPECT_TRUE(same_slot("persist", "nopersist"));
  EXPECT_TRUE(same_slot("allow.mount.nodevfs", "allow.mount.devfs"));
  EXPECT_TRUE(same_slot("allow.nomount.devfs", "allow.mount.devfs"));
  EXPECT_FALSE(same_slot("allow.mount", "allow.mount.devfs"));
  EXPECT_FALSE(same_slot("allow.mount", "mount"));
  EXPECT_FALSE(same_slot("nonpersist", "persist"));
  EXPECT_FALSE(same_slot("noallow.mount", "allow.nomount"));
}

TEST(Resolve, AFileWithoutJailsHasNone) {
  EXPECT_THAT(resolved("").jails, IsEmpty());
  EXPECT_THAT(resolved("path = /x; * { persist; }").jails, IsEmpty());
}

TEST(Resolve, MarksJailsAsConfigured) {
  Resolved out = resolved("web { persist; }");
  ASSERT_EQ(out.jails.size(), 1u);
  EXPECT_EQ(out.jails[0].name, "web");
  EXPECT_TRUE(out.jails[0].configured);
  EXPECT_THAT(out.jails[0].problems, IsEmpty());
}

TEST(Resolve, ANumberIsTheJid) {
  Resolved out = resolved("7 { path = /x; }");
  ASSERT_NE(out.jails[0].find("jid"), nullptr);
  EXPECT_THAT(out.jails[0].find("jid")->values, ElementsAre("7"));
  EXPECT_EQ(out.jails[0].settings.front().name, "jid");
  EXPECT_EQ(out.jails[0].settings.back().name, "name");
}

TEST(Resolve, TellsWhereSettingsWereWritten) {
  std::string text = "path = /x; web { path = \"/$v\"; $v = y; persist; }";
  Resolved out = resolved(text);
  const model::Wanted& web = out.jails[0];
  ASSERT_EQ(out.origins[0].size(), web.settings.size());
  EXPECT_FALSE(out.origins[0][0].at.known());  // name
  EXPECT_EQ(web.settings[1].name, "path");
  EXPECT_EQ(out.origins[0][1].at.begin, text.rfind("path"));
  ASSERT_EQ(out.origins[0][1].values.size(), 1u);
  EXPECT_EQ(out.origins[0][1].values[0].begin, text.find('"'));
  EXPECT_EQ(out.origins[0][2].at.begin, text.find("persist"));
}

TEST(Resolve, AListKeepsOneOriginForEachValue) {
  Resolved out = resolved("$l = a, b; web { depend = x, $l, y; }");
  EXPECT_THAT(out.jails[0].find("depend")->values, ElementsAre("x", "a", "b", "y"));
  EXPECT_EQ(out.origins[0].back().values.size(), 4u);
}

TEST(Resolve, ProblemsBelongToTheirJailAlone) {
  Resolved out = resolved("a { path = $x; } b { path = /b; } c { path = $c; $c = $path; }");
  EXPECT_THAT(out.jails[0].problems, ElementsAre("a: path: variable \"x\" not found"));
  EXPECT_THAT(out.jails[1].problems, IsEmpty());
  EXPECT_THAT(out.jails[2].problems, ElementsAre("c: path: variable loop"));
  ASSERT_EQ(out.diags.size(), 2u);
  EXPECT_EQ(out.diags[0].what, out.jails[0].problems[0]);
  EXPECT_EQ(out.diags[1].what, out.jails[2].problems[0]);
}

TEST(Resolve, OrderDoesNotMatterToVariables) {
  EXPECT_EQ(shown("$b = \"<$a>\"; w { path = $b; } $a = x;"), "name=w path=<x>\n");
}

TEST(Resolve, SubstitutesInSeveralPlacesOfAValue) {
  EXPECT_EQ(shown("w { path = \"$a-$b-$a\"; $a = long; $b = ''; }"), "name=w path=long--long\n");
}

TEST(Resolve, TheSameBlockTwiceIsTwoJails) { EXPECT_EQ(resolved("w { } w { }").jails.size(), 2u); }

TEST(Resolve, GrowsNoFurtherThanIsOfUse) {
  std::string text = "$v0 = \"0123456789\";";
  for (int i = 1; i < 60; ++i) {
    std::string before = "${v" + std::to_string(i - 1) + "}";
    text += "$v" + std::to_string(i) + " = \"" + before + before + "\";";
  }
  Resolved out = resolved(text + "w { path = $v59; }");
  ASSERT_EQ(out.jails[0].problems.size(), 1u);
  EXPECT_THAT(out.jails[0].problems[0], testing::EndsWith("value too long"));
}

TEST(Resolve, ListsGrowNoFurtherEither) {
  std::string text = "$v0 = '', '';";
  for (int i = 1; i < 60; ++i) {
    std::string before = "$v" + std::to_string(i - 1);
    text += "$v" + std::to_string(i) + " = " + before + ", " + before + ";";
  }
  Resolved out = resolved(text + "w { depend = $v59; }");
  ASSERT_EQ(out.jails[0].problems.size(), 1u);
}

}  // namespace
}  // namespace cellblock::conf
