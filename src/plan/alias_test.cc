#include "plan/alias.hpp"

#include <gmock/gmock.h>

#include "plan/command.hpp"

namespace cellblock::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SplitAlias, TakesApartAllFourParts) {
  Alias alias = split_alias("em0|10.0.0.1/24 broadcast 10.0.0.255");
  EXPECT_EQ(alias.interface, "em0");
  EXPECT_EQ(alias.address, "10.0.0.1");
  EXPECT_EQ(alias.mask, "24");
  EXPECT_THAT(alias.extra, ElementsAre("broadcast", "10.0.0.255"));
}

TEST(SplitAlias, ABareAddressStaysBare) {
  Alias alias = split_alias("2001:db8::1");
  EXPECT_EQ(alias.interface, "");
  EXPECT_EQ(alias.address, "2001:db8::1");
  EXPECT_EQ(alias.mask, "");
  EXPECT_THAT(alias.extra, IsEmpty());
  EXPECT_EQ(split_alias("").address, "");
}

TEST(PrefixOf, LengthsMasksAndDefaults) {
  EXPECT_EQ(prefix_of("", Family::inet), 32);
  EXPECT_EQ(prefix_of("", Family::inet6), 128);
  EXPECT_EQ(prefix_of("24", Family::inet), 24);
  EXPECT_EQ(prefix_of("64", Family::inet6), 64);
  EXPECT_EQ(prefix_of("255.255.255.128", Family::inet), 25);
  EXPECT_EQ(prefix_of("255.255.255.255", Family::inet), 32);
  EXPECT_EQ(prefix_of("0.0.0.0", Family::inet), 0);
  for (auto bad : {"33", "-1", "x", "255.0.255.0", "300.0.0.0"})
    EXPECT_EQ(prefix_of(bad, Family::inet), std::nullopt) << bad;
}

std::string shown(std::string_view text, Family family, std::string_view verb) {
  return show_words(ifconfig_words(split_alias(text), family, verb));
}

TEST(IfconfigWords, AreFreeBsdsOwn) {
  EXPECT_EQ(shown("em0|10.0.0.1", Family::inet, "alias"),
            "/sbin/ifconfig em0 inet 10.0.0.1 netmask 255.255.255.255 alias");
  EXPECT_EQ(shown("em0|10.0.0.1/255.255.255.0", Family::inet, "-alias"),
            "/sbin/ifconfig em0 inet 10.0.0.1 netmask 255.255.255.0 -alias");
  EXPECT_EQ(shown("em0|10.0.0.1/24 vhid 7", Family::inet, "alias"),
            "/sbin/ifconfig em0 inet 10.0.0.1/24 vhid 7 alias");
  EXPECT_EQ(shown("em0|10.0.0.1/24 vhid 7", Family::inet, "-alias"), "/sbin/ifconfig em0 inet 10.0.0.1/24 -alias");
  EXPECT_EQ(shown("em0|fd00::1", Family::inet6, "alias"), "/sbin/ifconfig em0 inet6 fd00::1 prefixlen 128 alias");
}

}  // namespace
}  // namespace cellblock::plan
