#include "plan/dump.hpp"

#include <gtest/gtest.h>

namespace cellblock::plan {
namespace {

TEST(Dump, NumbersAndExplainsTheSteps) {
  model::Wanted wanted{.name = "web", .configured = true};
  wanted.settings = {{"exec.start", {"/bin/sh /etc/rc"}}, {"mount", {"/a /p nullfs"}}};
  EXPECT_EQ(dump(wanted, {}),
            "start web:\n"
            "   1  mount mount: /a /p nullfs  # a file system below the jail's root\n"
            "   2  create  # the jail itself\n"
            "   3  run in jail exec.start: /bin/sh /etc/rc  # a command in the jail\n"
            "stop web:\n"
            "   1  terminate stop.timeout  # its processes may end by themselves\n"
            "   2  remove  # the jail and everything in it ends\n"
            "   3  unmount mount: /a /p nullfs  # its file system is not needed any more\n");
}

TEST(Show, AProgramsWordsAreShownAsALine) {
  EXPECT_EQ(show({Act::run_inside, "command", {}, {"/bin/echo", "a b"}}), "run in jail command: /bin/echo a b");
}

}  // namespace
}  // namespace cellblock::plan
