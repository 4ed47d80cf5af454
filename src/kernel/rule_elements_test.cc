#include "kernel/rule_elements.hpp"

#include <gtest/gtest.h>

namespace cellblock::kernel {
namespace {

using std::string_literals::operator""s;

record::CableMade cable(model::CableRules rules) {
  return {"br0", "web", {{"10.0.0.5", 24}, {"10.0.0.6", 24}, {"2001:db8::5", 64}, {"fd00::5", 64}}, 1, std::move(rules)};
}

Entries entries(model::CableRules rules) {
  Entries all;
  append_entries(all, cable(std::move(rules)));
  return all;
}

Entries forwards(std::string_view text) { return entries({.nat = false, .bridge_nat = {}, .forwards = {*model::parse_forward(text)}}); }

const std::string bridge = nft::interface_name("br0");

TEST(RuleElements, AreNoneWithoutNeed) { EXPECT_TRUE(entries({}).empty()); }

TEST(RuleElements, HideAddressesButForIp6OfTheWorld) {
  Entries all = entries({.nat = true, .bridge_nat = {}, .forwards = {}});
  EXPECT_EQ(all["hidden4"], (std::set<Entry>{{bridge + "\x0a\0\0\x05"s, {}, {}}, {bridge + "\x0a\0\0\x06"s, {}, {}}}));
  EXPECT_EQ(all["hidden6"], (std::set<Entry>{{bridge + "\xfd"s + std::string(14, '\0') + "\x05"s, {}, {}}}));
  EXPECT_EQ(all["bridges"].size(), 2u);
}

TEST(RuleElements, HideAWholeBridge) {
  EXPECT_EQ(entries({.nat = false, .bridge_nat = "", .forwards = {}})["networks"], (std::set<Entry>{{bridge, {}, {}}}));
  Entries by = entries({.nat = false, .bridge_nat = "em0", .forwards = {}});
  EXPECT_EQ(by["networks_by"], (std::set<Entry>{{bridge + nft::interface_name("em0"), {}, {}}}));
  EXPECT_FALSE(by.contains("networks"));
}

TEST(RuleElements, LeadToTheFirstAddressOfEachFamily) {
  Entries all = forwards("8080:80");
  EXPECT_EQ(all["forward4"], (std::set<Entry>{{"\x06\0\0\0\0\0\0\0\x1f\x90\0\0"s, {}, "\x0a\0\0\x05\0\x50\0\0"s}}));
  ASSERT_EQ(all["forward6"].size(), 1u);
  EXPECT_TRUE(all["forward6"].begin()->value.starts_with("\x20\x01\x0d\xb8"s));
}

TEST(RuleElements, LeadOneAddressAndARange) {
  Entries all = forwards("udp:192.0.2.1:5000-5001:6000");
  EXPECT_EQ(all["forward4"], (std::set<Entry>{{"\x11\0\0\0\xc0\0\x02\x01\x13\x88\0\0"s, {}, "\x0a\0\0\x05\x17\x70\0\0"s},
                                              {"\x11\0\0\0\xc0\0\x02\x01\x13\x89\0\0"s, {}, "\x0a\0\0\x05\x17\x71\0\0"s}}));
  EXPECT_FALSE(all.contains("forward6"));
}

TEST(RuleElements, LeadSomeSourcesOnly) {
  Entries all = forwards("8080:80 from 10.0.0.0/8,192.0.2.7");
  const std::string key = "\x06\0\0\0\0\0\0\0\x1f\x90\0\0"s, value = "\x0a\0\0\x05\0\x50\0\0"s;
  EXPECT_EQ(all["limited4"], (std::set<Entry>{{key + "\x0a\0\0\0"s, key + "\x0a\xff\xff\xff"s, value},
                                              {key + "\xc0\0\x02\x07"s, key + "\xc0\0\x02\x07"s, value}}));
  EXPECT_FALSE(all.contains("forward4"));
  EXPECT_FALSE(all.contains("limited6"));
}

TEST(RuleSets, HaveKeysOfTheSizeOfTheirEntries) {
  Entries all;
  for (const char* text : {"8080:80", "8081:80 from 10.0.0.0/8,fd00::/8"})
    append_entries(all, cable({.nat = true, .bridge_nat = "em0", .forwards = {*model::parse_forward(text)}}));
  append_entries(all, cable({.nat = false, .bridge_nat = "", .forwards = {}}));
  ASSERT_EQ(all.size(), rule_sets().size());
  for (const nft::Set& set : rule_sets())
    for (const Entry& entry : all[set.name]) {
      EXPECT_EQ(entry.key.size(), set.key_size) << set.name;
      EXPECT_EQ(entry.value.size(), set.data_size) << set.name;
    }
}

}  // namespace
}  // namespace cellblock::kernel
