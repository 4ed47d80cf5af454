#include "view/table.hpp"

#include <gtest/gtest.h>

namespace cellblock::view {
namespace {

model::Snapshot two() {
  model::Snapshot snapshot;
  model::Prison web;
  web.jid = 7;
  web.name = "web";
  web.hostname = "wëb.example.org";
  web.path = "/jails/web";
  web.ip4_addr = {"192.0.2.1"};
  web.ip6_addr = {"2001:db8::1"};
  model::Prison other;
  other.jid = 1200;
  other.name = "a-longer-name";
  other.dying = true;
  snapshot.jails[7] = {web, {}};
  snapshot.jails[1200] = {other, {}};
  return snapshot;
}

TEST(Table, Jails) {
  EXPECT_EQ(render(jail_table(two())),
            "NAME            JID  STATE   ADDRESSES              HOSTNAME         PATH\n"
            "web               7  active  192.0.2.1,2001:db8::1  wëb.example.org  /jails/web\n"
            "a-longer-name  1200  dying   -                      -                /\n");
}

TEST(Table, Empty) { EXPECT_EQ(render(jail_table({})), "NAME  JID  STATE  ADDRESSES  HOSTNAME  PATH\n"); }

TEST(Table, Json) {
  EXPECT_EQ(render_json(jail_table(two())),
            R"([{"name":"web","jid":7,"state":"active","addresses":"192.0.2.1,2001:db8::1",)"
            R"("hostname":"wëb.example.org","path":"/jails/web"}, {"name":"a-longer-name","jid":1200,)"
            R"("state":"dying","addresses":"","hostname":"","path":"/"}])"
            "\n");
  EXPECT_EQ(render_json(jail_table({})), "[]\n");
}

TEST(Table, ATerminalIsNotTalkedTo) {
  Table table{{{"name"}, {"n", Align::right}}, {{"\x1b[2J", "x"}}};
  EXPECT_EQ(render(table), "NAME     N\n\\033[2J  x\n");
  EXPECT_EQ(render_json(table), "[{\"name\":\"\\u001b[2J\",\"n\":\"x\"}]\n");
}

}  // namespace
}  // namespace cellblock::view
