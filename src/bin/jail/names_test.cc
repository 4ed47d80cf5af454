#include "jail/names.hpp"

#include <gmock/gmock.h>

#include "fake/programs.hpp"

namespace cellblock::jail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Names, HostsFilesHaveAliasesAndComments) {
  std::string text = "127.0.0.1 localhost\n10.0.0.1\tweb.example web # 10.0.0.2 web\nfd00::1 web\n10.0.0.9 webs\n";
  EXPECT_THAT(addresses_in_hosts(text, "web"), ElementsAre("10.0.0.1", "fd00::1"));
  EXPECT_THAT(addresses_in_hosts(text, "nosuch"), IsEmpty());
}

TEST(Names, GetentRepeatsItselfForEverySocketType) {
  EXPECT_THAT(addresses_of_getent("10.0.0.1  STREAM web\n10.0.0.1  DGRAM\n10.0.0.1  RAW\nfd00::1 STREAM\n"),
              ElementsAre("10.0.0.1", "fd00::1"));
  EXPECT_THAT(addresses_of_getent(""), IsEmpty());
}

TEST(Names, NumbersNeedNobody) {
  fake::World world;
  fake::Programs programs(world);
  EXPECT_THAT(*look_up("10.1.2.3", programs), ElementsAre("10.1.2.3"));
  EXPECT_THAT(*look_up("fd00::7", programs), ElementsAre("fd00::7"));
  EXPECT_THAT(world.log, IsEmpty());
}

}  // namespace
}  // namespace cellblock::jail
