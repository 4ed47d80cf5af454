#include "conf/rcconf.hpp"

#include <gmock/gmock.h>

namespace cellblock::conf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

RcConf conf_of(std::string_view text) {
  RcConf conf;
  conf.read(text, 0);
  return conf;
}

std::vector<std::string> complaints(const RcConf& conf) {
  std::vector<std::string> out;
  for (const Diag& diag : conf.diags()) out.push_back(fmt::format("{}-{} {}", diag.at.begin, diag.at.end, diag.what));
  return out;
}

// What programs get from disk, from memory: conf::MemorySources is tested in its own place.
class Files : public Sources {
 public:
  std::map<std::string, std::string> files;
  Result<std::string> read(const std::string& path) override {
    auto found = files.find(path);
    if (found == files.end()) return sys_fail(ENOENT, "{}", path);
    return found->second;
  }
  Result<std::vector<std::string>> glob(const std::string& pattern) override {
    std::vector<std::string> out;
    for (const auto& [path, text] : files)
      if (path.starts_with(pattern.substr(0, pattern.size() - 1))) out.push_back(path);
    return out;
  }
};

TEST(RcConf, TheBlockOfADeck) {
  RcConf conf = conf_of(
      "jail_set_hostname_allow=\"NO\"\n"
      "jail_enable=\"YES\" # start them\n"
      "jail_list=\"webserver ldapserver\"\n"
      "jail_interface=rl0; jail_devfs_enable='YES'\n");
  EXPECT_THAT(conf.values(),
              ElementsAre(Pair("jail_devfs_enable", "YES"), Pair("jail_enable", "YES"), Pair("jail_interface", "rl0"),
                          Pair("jail_list", "webserver ldapserver"), Pair("jail_set_hostname_allow", "NO")));
  EXPECT_THAT(conf.diags(), IsEmpty());
}

TEST(RcConf, LaterWinsAndReferences) {
  RcConf conf = conf_of("a=1\na=2\nb=\"$a ${a}3 ${c:-none}\"\na=\"${a} more\"\n");
  EXPECT_EQ(conf.get("a"), "2 more");
  EXPECT_EQ(conf.get("b"), "2 23 none");
}

TEST(RcConf, EmptyCountsAsUnsetForFallbacks) {
  RcConf conf = conf_of("a=\nb=\"\"\n");
  ASSERT_TRUE(conf.find("a"));
  EXPECT_EQ(*conf.find("a"), "");
  EXPECT_EQ(conf.get("a", "x"), "x");
  EXPECT_EQ(conf.find("c"), nullptr);
}

TEST(RcConf, YesAndNo) {
  RcConf conf = conf_of("a=YES b=off c=maybe d=True e=0\n");
  EXPECT_EQ(conf.truth("a", "NO"), true);
  EXPECT_EQ(conf.truth("b", "YES"), false);
  EXPECT_EQ(conf.truth("c", "NO"), std::nullopt);
  EXPECT_EQ(conf.truth("d", "NO"), true);
  EXPECT_EQ(conf.truth("f", "on"), true);
  EXPECT_FALSE(conf.enabled("c"));
  EXPECT_FALSE(conf.enabled("f"));
}

TEST(RcConf, CommandsAreReportedAndTheRestIsRead) {
  RcConf conf = conf_of("a=1\nif true; then\n  b=2\nfi\n. /etc/other\nc=$(hostname)x\nd=4\n");
  EXPECT_EQ(conf.get("a"), "1");
  EXPECT_EQ(conf.get("b"), "2");
  EXPECT_EQ(conf.get("c"), "x");
  EXPECT_EQ(conf.get("d"), "4");
  EXPECT_THAT(complaints(conf),
              ElementsAre("4-17 not an assignment", "24-26 not an assignment", "27-39 not an assignment",
                          "42-53 commands are not run here"));
}

TEST(RcConf, StringsOverSeveralLines) {
  RcConf conf = conf_of("jail_list=\"www \\\n  db\"\nx='1\n2'\n");
  EXPECT_EQ(conf.get("jail_list"), "www   db");
  EXPECT_EQ(conf.get("x"), "1\n2");
}

TEST(RcConf, FilesInOrder) {
  Files files;
  files.files = {{"/etc/rc.conf", "a=1\nb=1\nc=1\nd=1\n"},
                 {"/etc/rc.conf.local", "b=2 c=2 d=2\n"},
                 {"/etc/rc.conf.d/jail", "c=3 d=3\n"},
                 {"/etc/rc.conf.d/jail/10", "oops\nd=\"$c 4\"\n"},
                 {"/etc/rc.conf.d/sshd", "a=9\n"}};
  SourceTexts texts;
  RcConf conf = load_rc_conf(files, texts, "jail");
  EXPECT_EQ(conf.get("a") + conf.get("b") + conf.get("c") + conf.get("d"), "1233 4");
  ASSERT_EQ(texts.size(), 4u);
  ASSERT_EQ(conf.diags().size(), 1u);
  EXPECT_EQ(texts[conf.diags()[0].at.file].name, "/etc/rc.conf.d/jail/10");
  EXPECT_EQ(load_rc_conf(files, texts, "").get("c"), "2");
}

TEST(RcConfEdit, InPlace) {
  EXPECT_EQ(set_in_rc_conf("# mine\na=1 # one\nb='2'\n", "a", "x y"), "# mine\na=\"x y\" # one\nb='2'\n");
  EXPECT_EQ(set_in_rc_conf("a=1\na=2\n", "a", "3"), "a=1\na=\"3\"\n");
  EXPECT_EQ(set_in_rc_conf("a=1; b=2\n", "b", "q\"q"), "a=1; b=\"q\\\"q\"\n");
}

TEST(RcConfEdit, NewLinesAtTheEnd) {
  EXPECT_EQ(set_in_rc_conf("", "a", ""), "a=\"\"\n");
  EXPECT_EQ(set_in_rc_conf("b=1", "a", "1"), "b=1\na=\"1\"\n");
  EXPECT_EQ(set_in_rc_conf("#a=1\n", "a", "2"), "#a=1\na=\"2\"\n");
  EXPECT_EQ(conf_of(set_in_rc_conf("b=1\\", "a", "2")).get("a"), "2");
}

TEST(RcConfEdit, Removing) {
  EXPECT_EQ(remove_from_rc_conf("# x\na=1 # one\nb=2\n a=3\n", "a"), "# x\nb=2\n");
  EXPECT_EQ(remove_from_rc_conf("a=1; b=2\n", "a"), "; b=2\n");
  EXPECT_EQ(remove_from_rc_conf("a=1", "a"), "");
  EXPECT_EQ(remove_from_rc_conf("a=1\n", "b"), std::nullopt);
}

TEST(RcConfEdit, WhatWasSetIsRead) {
  for (std::string_view value : {"", "a b", "it's", "q\"q", "back\\slash", "new\nline", "`x`"})
    EXPECT_EQ(conf_of(set_in_rc_conf("a=0\n", "a", value)).get("a"), value);
}

}  // namespace
}  // namespace cellblock::conf
