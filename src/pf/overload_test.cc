#include "pf/overload.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "pf/parse.hpp"

namespace cellblock::pf {
namespace {

class Nothing final : public Machine {
 public:
  std::vector<TableEntry> addresses(const std::string&, Part) const override { return {}; }
  std::optional<uint32_t> user(const std::string&) const override { return {}; }
  std::optional<uint32_t> group(const std::string&) const override { return {}; }
};

Ruleset read(std::string text) {
  conf::MemorySources none;
  return parse_text(none, "pf.conf", std::move(text), Nothing()).rules;
}

TEST(PfOverload, EndsStatesOfTheRuleOrOfAll) {
  Whole whole;
  whole.rulesets[""] = {read("pass in keep state (max-src-conn 1, overload <a>)\n"
                             "pass in keep state (max-src-conn 1, overload <a> flush)\n"
                             "pass in keep state (max-src-conn 1, overload <b> flush global)"), 100};
  whole.rulesets["x"] = {read("table <b>\npass in keep state (max-src-conn 1, overload <b> flush global)\n"
                              "pass in keep state (max-src-conn 1, overload <a> flush)"), 200};
  EXPECT_EQ(flushing_of(whole), (std::vector<Flushing>{{"", "a", 101}, {"", "b", 0}, {"x", "b", 0}, {"", "a", 201}}));
}

TEST(PfOverload, ForgetsHostsThatAreAskedAway) {
  auto host = [](std::string_view text) { return std::string(net::parse_prefix(text)->ip.data()); };
  std::vector<TableEntry> entries{*parse_entry("10.0.0.0/24"), *parse_entry("10.0.0.1"), *parse_entry("2001:db8::1")};
  std::ranges::sort(entries);
  auto gone = [&](std::string_view text) { return missing_from(entries, {{.key = host(text)}}).size(); };
  EXPECT_EQ(gone("10.0.0.1"), 0u);
  EXPECT_EQ(gone("2001:db8::1"), 0u);
  EXPECT_EQ(gone("10.0.0.2"), 1u);  // in a network of the table, but no entry
}

}  // namespace
}  // namespace cellblock::pf
