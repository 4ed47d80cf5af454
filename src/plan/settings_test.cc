#include "plan/settings.hpp"

#include <gmock/gmock.h>

namespace cellblock::plan {
namespace {

using testing::ElementsAre;

TEST(KernelSettings, KeepOurMountsAndUnknownNames) {
  model::Wanted wanted{.settings = {{"path", {"/p"}}, {"mount.devfs", {}}, {"exec.clean", {}}, {"depend", {"a"}},
                                    {"no.such", {"1"}}, {"ip6.addr", {"fd00::1/64", "em0|fd00::2"}}}};
  EXPECT_THAT(kernel_settings(wanted),
              ElementsAre(model::Setting{"path", {"/p"}}, model::Setting{"mount.devfs", {}},
                          model::Setting{"no.such", {"1"}}, model::Setting{"ip6.addr", {"fd00::1", "fd00::2"}}));
}

TEST(HasCommands, OnlyThoseThatRunAfterCreation) {
  model::Wanted wanted;
  wanted.settings = {{"exec.prestart", {"a"}}, {"exec.created", {"a"}}};
  EXPECT_FALSE(has_commands(wanted));
  wanted.settings.push_back({"exec.poststart", {"a"}});
  EXPECT_TRUE(has_commands(wanted));
}

}  // namespace
}  // namespace cellblock::plan
