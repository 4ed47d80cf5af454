#include "dataset/property.hpp"

#include <gmock/gmock.h>

namespace cellblock::dataset {
namespace {

std::string value(std::string_view name, std::string_view text, Set when = Set::any_time) {
  auto checked = checked_value(name, text, when);
  return checked ? *checked : "! " + checked.error().text();
}

TEST(Property, IsKeptInOneForm) {
  EXPECT_EQ(value("quota", "10G"), "10737418240");
  EXPECT_EQ(value("quota", "none"), "0");
  EXPECT_EQ(value("mountpoint", "/jails//"), "/jails");
  EXPECT_EQ(value("mountpoint", "/"), "/");
  EXPECT_EQ(value("mountpoint", "none"), "none");
  EXPECT_EQ(value("rdonly", "on"), "on");
  EXPECT_EQ(value("org.example:note", "a b"), "a b");
}

TEST(Property, IsRefusedInOpenZfsWords) {
  EXPECT_EQ(value("used", "1"), "! 'used' is readonly");
  EXPECT_EQ(value("colour", "red"), "! invalid property 'colour'");
  EXPECT_EQ(value("Org:note", "x"), "! invalid property 'Org:note'");
  EXPECT_EQ(value("readonly", "maybe"), "! 'readonly' must be one of 'on | off'");
  EXPECT_EQ(value("quota", "lots"), "! bad numeric value 'lots'");
  EXPECT_EQ(value("mountpoint", "jails"), "! 'mountpoint' must be an absolute path, 'none', or 'legacy'");
  EXPECT_EQ(value("mountpoint", "/a/../etc"), "! 'mountpoint' must be an absolute path, 'none', or 'legacy'");
}

TEST(Property, OfTheBackEndIsChosenAtCreation) {
  EXPECT_EQ(value("cellblock:backend", "copy", Set::at_create), "copy");
  EXPECT_EQ(value("cellblock:backend", "copy"), "! 'cellblock:backend' is readonly: it is chosen at creation");
  EXPECT_FALSE(is_user_property("cellblock:backend"));
}

TEST(Property, HasAnAlias) { EXPECT_EQ(find_property("avail")->name, "available"); }

}  // namespace
}  // namespace cellblock::dataset
