#include "plan/manner.hpp"

#include <gtest/gtest.h>

namespace cellblock::plan {
namespace {

using std::chrono::seconds;

TEST(Manner, DefaultsAreFreeBsds) {
  Manner manner = manner_of({});
  EXPECT_FALSE(manner.clean);
  EXPECT_EQ(manner.jail_user, std::nullopt);
  EXPECT_EQ(manner.timeout, seconds(0));
  EXPECT_EQ(manner.stop_timeout, seconds(10));
}

TEST(Manner, ReadsEveryParameter) {
  model::Wanted wanted;
  wanted.settings = {{"exec.clean", {}},           {"exec.jail_user", {"www"}}, {"exec.system_jail_user", {}},
                     {"exec.system_user", {"op"}}, {"exec.timeout", {"5"}},     {"stop.timeout", {"0"}},
                     {"exec.consolelog", {"/l"}},  {"path", {"/p"}}};
  Manner manner = manner_of(wanted);
  EXPECT_TRUE(manner.clean);
  EXPECT_EQ(manner.jail_user, "www");
  EXPECT_TRUE(manner.jail_user_from_host);
  EXPECT_EQ(manner.system_user, "op");
  EXPECT_EQ(manner.timeout, seconds(5));
  EXPECT_EQ(manner.stop_timeout, seconds(0));
  EXPECT_EQ(manner.console_log, "/l");
  EXPECT_EQ(manner.path, "/p");
}

}  // namespace
}  // namespace cellblock::plan
