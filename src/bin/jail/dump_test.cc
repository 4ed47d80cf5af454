#include "jail/dump.hpp"

#include <gtest/gtest.h>

#include "conf/parse.hpp"
#include "conf/resolve.hpp"

namespace cellblock::jail {
namespace {

TEST(Dump, ShowsEachStage) {
  auto parsed = conf::parse_text("web { path=/p; exec.start = 'sh /etc/rc'; }");
  auto resolved = conf::resolve(parsed.tree);
  EXPECT_EQ(dump("tree", parsed.tree, {}),
            "web {\n    path = /p;\n    exec.start = \"sh /etc/rc\";\n}\n");
  EXPECT_EQ(dump("world", parsed.tree, resolved.jails), "name=web\n  path=/p\n  exec.start=\"sh /etc/rc\"\n");
  EXPECT_EQ(dump("plan", parsed.tree, resolved.jails),
            "start web:\n"
            "   1  create  # the jail itself\n"
            "   2  run in jail exec.start: sh /etc/rc  # a command in the jail\n"
            "stop web:\n"
            "   1  terminate stop.timeout  # its processes may end by themselves\n"
            "   2  remove  # the jail and everything in it ends\n");
  EXPECT_FALSE(dumps_description("latency"));
  EXPECT_TRUE(dumps_description("plan"));
}

TEST(Dump, FindsVariablesOfTheTopLevelOnly) {
  EXPECT_TRUE(defines_variable(conf::parse_text("$bsd;\nweb {}").tree, "bsd"));
  EXPECT_TRUE(defines_variable(conf::parse_text("$bsd = yes;").tree, "bsd"));
  EXPECT_FALSE(defines_variable(conf::parse_text("web { $bsd; }").tree, "bsd"));
  EXPECT_FALSE(defines_variable(conf::parse_text("bsd;").tree, "bsd"));
}

}  // namespace
}  // namespace cellblock::jail
