#include "conf/check.hpp"

#include <gmock/gmock.h>

#include "conf/parse.hpp"

namespace cellblock::conf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

model::Wanted line(std::vector<model::Setting> settings) { return {.settings = std::move(settings)}; }

std::vector<std::string> errors(const model::Wanted& wanted, CheckScope scope = CheckScope::everything) {
  std::vector<std::string> out;
  for (const Diag& diag : check(wanted, {}, scope)) out.push_back(diag.what);
  return out;
}

TEST(Check, AcceptsWhatIsRight) {
  EXPECT_THAT(errors(line({{"name", {"a"}},
                           {"path", {"/"}},
                           {"persist", {}},
                           {"nopersist", {}},
                           {"ip4", {"new"}},
                           {"vnet", {}},
                           {"ip4.addr", {"em0|10.0.0.1/24 up", "10.0.0.2"}},
                           {"ip6.addr", {""}},
                           {"exec.timeout", {"5"}},
                           {"meta.k", {"v"}},
                           {"securelevel", {"-1"}},
                           {"mount.devfs", {"0"}}})),
              IsEmpty());
}

TEST(Check, NamesTheJailOnlyIfItIsConfigured) {
  model::Wanted wanted = line({{"frob", {}}});
  EXPECT_THAT(errors(wanted), ElementsAre("unknown parameter: frob"));
  wanted.name = "web";
  wanted.configured = true;
  EXPECT_THAT(errors(wanted), ElementsAre("web: unknown parameter: frob"));
}

TEST(Check, ReportsAllInOrder) {
  EXPECT_THAT(
      errors(line({{"persist", {"x"}}, {"vnet", {"y"}}, {"securelevel", {"z"}}, {"exec.clean", {"c"}}})),
      ElementsAre("persist: unknown boolean value \"x\"", "vnet: unknown jailsys value \"y\"",
                  "securelevel: non-integer value \"z\"", "exec.clean: unknown boolean value \"c\""));
}

TEST(Check, NamesEachBadAddress) {
  EXPECT_THAT(
      errors(line({{"ip4.addr", {"10.0.0.1", "10.0.0.300", "", "::1"}}, {"ip6.addr", {"lo0|10.0.0.1/8"}}})),
      ElementsAre("ip4.addr: not an IPv4 address: 10.0.0.300", "ip4.addr: not an IPv4 address:",
                  "ip4.addr: not an IPv4 address: ::1", "ip6.addr: not an IPv6 address: 10.0.0.1"));
}

TEST(Check, AStopLooksAtItsOwnParametersOnly) {
  EXPECT_THAT(errors(line({{"frob", {}}, {"persist", {"x"}}, {"stop.timeout", {"soon"}}}),
                     CheckScope::own_parameters),
              ElementsAre("stop.timeout: non-integer value \"soon\""));
}

TEST(Check, WhatStandsBehindASlash) {
  EXPECT_THAT(errors(line({{"ip4.addr", {"10.0.0.5/44", "10.0.0.5/x", "10.0.0.5/255.0.0.x", "em0|10.0.0.5/-1 up"}},
                           {"ip6.addr", {"::5/200,::6/129", "::5/255.0.0.0"}}})),
              ElementsAre("ip4.addr: bad netmask \"/44\"", "ip4.addr: bad netmask \"/x\"",
                          "ip4.addr: bad netmask \"/255.0.0.x\"", "ip4.addr: bad netmask \"/-1\"",
                          "ip6.addr: bad prefixlen \"/200\"", "ip6.addr: bad prefixlen \"/129\"",
                          "ip6.addr: bad prefixlen \"/255.0.0.0\""));
  EXPECT_THAT(errors(line({{"ip4.addr", {"10.0.0.5/0", "10.0.0.5/32", "10.0.0.5/255.255.0.0", "10.0.0.5/"}},
                           {"ip6.addr", {"::5/0", "lo|::5/128"}}})),
              testing::IsEmpty());
}

TEST(Check, ReadOnlyParametersAreUnknownToSet) {
  EXPECT_THAT(errors(line({{"children.cur", {"3"}}})), ElementsAre("unknown parameter: children.cur"));
}

TEST(Check, SuggestsTheNearestName) {
  std::vector<Diag> diags = check(line({{"allow.moutn", {}}, {"zzz", {"1"}}}));
  ASSERT_EQ(diags.size(), 2u);
  EXPECT_EQ(diags[0].hint, "did you mean \"allow.mount\"?");
  EXPECT_THAT(diags[1].hint, testing::HasSubstr("jail(8)"));
}

TEST(Check, TellsHowAJailIsNamedBesideParameters) {
  EXPECT_EQ(check(line({{"web", {}}, {"allow.raw_sockets", {}}}))[0].hint, "the jail of that name is name=web");
  EXPECT_THAT(check(line({{"web", {"1"}}, {"persist", {}}}))[0].hint, testing::HasSubstr("jail(8)"));
  model::Wanted block = line({{"web", {}}, {"persist", {}}});
  block.configured = true;
  EXPECT_THAT(check(block)[0].hint, testing::HasSubstr("jail(8)")) << "in a file the block has the name";
}

TEST(Check, PointsAtTheValue) {
  std::string text = "web { persist = maybe; frob = 1; }";
  Parsed parsed = parse_text(text);
  Resolved resolved = resolve(parsed.tree);
  std::vector<Diag> diags = check(resolved.jails[0], resolved.origins[0]);
  ASSERT_EQ(diags.size(), 2u);
  EXPECT_EQ(diags[0].at.begin, text.find("maybe"));
  EXPECT_EQ(diags[1].at.begin, text.find("frob"));
}

}  // namespace
}  // namespace cellblock::conf
