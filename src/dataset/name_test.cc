#include "dataset/name.hpp"

#include <gmock/gmock.h>

namespace cellblock::dataset {
namespace {

std::string said(std::string_view text) {
  auto name = parse_name(text);
  return name ? name->text() : name.error().text();
}

TEST(Name, HasAPoolAParentAndASnapshot) {
  auto name = parse_name("tank/jails/web@2026-11-29");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->path, "tank/jails/web");
  EXPECT_EQ(name->snapshot, "2026-11-29");
  EXPECT_EQ(name->pool(), "tank");
  EXPECT_EQ(name->parent(), "tank/jails");
  EXPECT_EQ(parse_name("tank")->parent(), "");
}

TEST(Name, IsRefusedInOpenZfsWords) {
  EXPECT_EQ(said("/tank"), "leading slash in name");
  EXPECT_EQ(said("tank/"), "trailing slash in name");
  EXPECT_EQ(said("tank//a"), "empty component or misplaced '@' or '#' delimiter in name");
  EXPECT_EQ(said("tank/a@"), "empty component or misplaced '@' or '#' delimiter in name");
  EXPECT_EQ(said("@a"), "empty component or misplaced '@' or '#' delimiter in name");
  EXPECT_EQ(said("tank@a@b"), "multiple '@' and/or '#' delimiters in name");
  EXPECT_EQ(said("tank/a%b"), "invalid character '%' in name");
  EXPECT_EQ(said("tank/../b"), "parent reference, '..' is found in name");
  EXPECT_EQ(said("tank/./b"), "self reference, '.' is found in name");
  EXPECT_EQ(said("tank@a/b"), "invalid character '/' in name");
  EXPECT_EQ(said("1tank"), "pool doesn't begin with a letter");
  EXPECT_EQ(said(std::string(256, 'a')), "name is too long");
}

TEST(Name, OfAPoolIsOneComponentAndNoWordOfZpool) {
  EXPECT_TRUE(check_pool_name("tank"));
  EXPECT_EQ(check_pool_name("mirror1").error().text(), "name is reserved");
  EXPECT_EQ(check_pool_name("a/b").error().text(), "invalid character '/' in name");
  EXPECT_EQ(check_pool_name("a@b").error().text(), "invalid character '@' in name");
}

TEST(Name, IsAFileNameAndBack) {
  EXPECT_EQ(file_of("tank/jails/web"), "tank%jails%web");
  EXPECT_EQ(path_of_file("tank%jails%web"), "tank/jails/web");
}

TEST(Name, WithinIsByComponents) {
  EXPECT_TRUE(is_within("tank/a", "tank/a"));
  EXPECT_TRUE(is_within("tank/a/b", "tank/a"));
  EXPECT_FALSE(is_within("tank/ab", "tank/a"));
}

}  // namespace
}  // namespace cellblock::dataset
