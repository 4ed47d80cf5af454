#include "conf/devfsrules.hpp"

#include <gmock/gmock.h>

namespace cellblock::conf {
namespace {

using model::Device;
using model::DeviceKind;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;

DevfsRules rules_of(std::string_view text) {
  DevfsRules rules = builtin_devfs_rules();
  parse_devfs_rules(rules, text, 0);
  return rules;
}

std::vector<std::string> names(const model::DeviceTree& tree) {
  std::vector<std::string> out;
  for (const Device& device : tree) out.push_back(device.name);
  return out;
}

std::vector<std::string> shown(int number, const DevfsRules& rules, const model::DeviceTree& candidates) {
  auto tree = devfs::visible(number, rules, candidates, {});
  return tree ? names(*tree) : std::vector<std::string>{tree.error().text()};
}

std::vector<std::string> shown(int number, const DevfsRules& rules) {
  return shown(number, rules, devfs::standard_devices());
}

Device disk(std::string name) { return {std::move(name), DeviceKind::block, 8, 0, 0660, 0, 6}; }

TEST(DevfsRules, TheBuiltInOnesAreRead) {
  const DevfsRules& rules = builtin_devfs_rules();
  EXPECT_THAT(rules.diags, IsEmpty());
  EXPECT_EQ(rules.number_of("devfsrules_jail"), 4);
  EXPECT_EQ(rules.number_of("devfsrules_jail_vnet"), 5);
  EXPECT_EQ(rules.number_of("nope"), std::nullopt);
  EXPECT_EQ(rules.sets.size(), 6u);
}

TEST(DevfsRules, ShownTheWayTheyAreTyped) {
  std::vector<std::string> lines;
  for (const DevfsRule& rule : builtin_devfs_rules().sets.at(4).rules)
    lines.push_back(fmt::format("{} {}", rule.number, rule.text()));
  EXPECT_THAT(lines, ElementsAre("100 include 1", "200 include 2", "300 include 3", "400 path fuse unhide",
                                 "500 path zfs unhide"));
  DevfsRule rule = parse_devfs_rule({"250", "path", "da*", "type", "disk", "user", "root", "group", "5", "mode", "0640"}).value();
  EXPECT_EQ(rule.number, 250);
  EXPECT_EQ(rule.text(), "path da* type disk user root group 5 mode 640");
  EXPECT_EQ(rule.source(), "path 'da*' type disk user root group 5 mode 640");
}

TEST(DevfsVisible, AJail) {
  EXPECT_THAT(shown(4, builtin_devfs_rules()),
              ElementsAre("fd", "full", "fuse", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin",
                          "stdout", "tty", "urandom", "zero", "zfs"));
}

TEST(DevfsVisible, AVnetJailHasTunnels) {
  EXPECT_THAT(shown(5, builtin_devfs_rules()), IsSupersetOf({"net", "net/tun", "null", "pts"}));
}

TEST(DevfsVisible, ZeroShowsAllAndOneNothing) {
  EXPECT_EQ(shown(0, builtin_devfs_rules()).size(), devfs::standard_devices().size());
  EXPECT_THAT(shown(1, builtin_devfs_rules()), IsEmpty());
}

TEST(DevfsVisible, NoDiskForATypingError) {
  EXPECT_THAT(shown(99, builtin_devfs_rules()), ElementsAre("devfs ruleset 99 is not defined"));
  EXPECT_THAT(shown(10, rules_of("[mine=10]\nadd include 98\n")),
              ElementsAre("devfs ruleset 10: devfs ruleset 98 is not defined"));
}

TEST(DevfsVisible, AnOwnRulesetOnTopOfTheJails) {
  DevfsRules rules = rules_of(
      "# for virtual machines\n"
      "[devfsrules_vm=100]   # numbers above 5 are ours\n"
      "add include $devfsrules_hide_all\n"
      "add include $devfsrules_unhide_basic\n"
      "add path 'sd*' mode 0600 user 7 unhide\n"
      "add path kvm mode 0660 group kvm unhide\n");
  EXPECT_THAT(rules.diags, IsEmpty());
  devfs::Owners owners;
  owners.groups["kvm"] = 107;
  auto tree = devfs::visible(100, rules, {disk("sda"), disk("dm-0"), {"kvm", DeviceKind::character, 10, 232}}, owners);
  ASSERT_TRUE(tree) << tree.error().text();
  EXPECT_THAT(*tree, ElementsAre(Device{"kvm", DeviceKind::character, 10, 232, 0660, 0, 107},
                                 Device{"sda", DeviceKind::block, 8, 0, 0600, 7, 6}));
  EXPECT_EQ(devfs::visible(100, rules, {{"kvm", DeviceKind::character}}, {}).error().text(),
            "devfs ruleset 100: unknown group: kvm");
}

TEST(DevfsVisible, AStarStopsAtASlashAndFoldersComeAlong) {
  DevfsRules rules = rules_of("[a=10]\nadd hide\nadd path 'mapper/*' unhide\n[b=11]\nadd hide\nadd path '*' unhide\n");
  model::DeviceTree candidates{disk("mapper/root"), disk("sda"), disk("a/b/c")};
  EXPECT_THAT(shown(10, rules, candidates), ElementsAre("mapper", "mapper/root"));
  EXPECT_THAT(shown(11, rules, candidates), ElementsAre("sda"));
}

TEST(DevfsVisible, ByType) {
  DevfsRules rules = rules_of("[a=10]\nadd type disk hide\nadd type mem hide\n");
  EXPECT_THAT(shown(10, rules, {disk("sda"), {"mem", DeviceKind::character, 1, 1}, {"null", DeviceKind::character, 1, 3}}),
              ElementsAre("null"));
}

TEST(DevfsVisible, AnIncludedRulesetsIncludesAreNotFollowed) {
  DevfsRules rules = rules_of("[a=10]\nadd include 11\n[b=11]\nadd include 1\n");
  EXPECT_THAT(shown(10, rules, {disk("sda")}), ElementsAre("sda"));
}

TEST(DevfsRules, LaterFilesAddBehind) {
  DevfsRules rules = rules_of("[devfsrules_jail=4]\nadd path kvm unhide\n");
  EXPECT_EQ(rules.sets.at(4).rules.back().number, 600);
  EXPECT_THAT(shown(4, rules), IsSupersetOf({"kvm"}));
}

TEST(DevfsRules, WhatIsWrongIsToldWithItsPlace) {
  struct { std::string_view text, what; } rows[] = {
      {"add hide", "add hide: outside a ruleset"},
      {"[x]", "[x]: not a ruleset"},
      {"[x=0]", "[x=0]: not a ruleset"},
      {"[x=10] y", "[x=10] y: not a ruleset"},
      {"[x=10]\nhide", "hide: not a rule"},
      {"[x=10]\nadd path a", "a rule must do something"},
      {"[x=10]\nadd path", "expecting argument for path"},
      {"[x=10]\nadd colour red", "unknown keyword: colour"},
      {"[x=10]\nadd type floppy hide", "unknown device type: floppy"},
      {"[x=10]\nadd mode 999", "invalid mode: 999"},
      {"[x=10]\nadd include $nope", "invalid ruleset number: "},
      {"[x=10]\nadd path 'a hide", "unterminated quoted string"},
      {"[x=10]\nadd 5 hide\nadd 5 unhide", "rule 5: File exists"},
  };
  for (const auto& row : rows) {
    DevfsRules rules = rules_of(row.text);
    ASSERT_EQ(rules.diags.size(), 1u) << row.text;
    EXPECT_EQ(rules.diags[0].what, row.what);
    EXPECT_EQ(rules.diags[0].at.end, row.text.size());
  }
}

}  // namespace
}  // namespace cellblock::conf
