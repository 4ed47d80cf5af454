#include "view/dump.hpp"

#include <gtest/gtest.h>

namespace cellblock::view {
namespace {

TEST(Dump, Snapshot) {
  model::Snapshot snapshot;
  snapshot.last_jid = 12;
  model::Jail& web = snapshot.jails[7];
  web.prison.jid = 7;
  web.prison.name = "web";
  web.prison.path = "/jails/my web";
  web.prison.persist = true;
  web.prison.meta = "a=1\nb=2";
  web.prison.ip4_addr = {"192.0.2.1", "192.0.2.2"};
  web.prison.allow.set(static_cast<size_t>(model::Allow::mount));
  web.runtime = {.keeper = 813, .keeper_inode = 5712, .cgroup = "cellblock/7", .uid_base = 65536};
  model::Jail& old = snapshot.jails[12];
  old.prison.jid = 12;
  old.prison.name = "old";
  old.prison.dying = true;
  EXPECT_EQ(dump(snapshot),
            "jail 7 web\n"
            "  # process 813, inode 5712, cgroup cellblock/7, user ids from 65536\n"
            "  meta=\"a=1\\012b=2\"\n"
            "  path=\"/jails/my\\040web\"\n"
            "  persist=true\n"
            "  allow.mount=true\n"
            "  ip4.addr=192.0.2.1,192.0.2.2\n"
            "jail 12 old, dying\n"
            "  # not running\n"
            "last jid 12\n");
}

TEST(Dump, NothingYet) { EXPECT_EQ(dump(model::Snapshot()), "last jid 0\n"); }

TEST(Dump, Wanted) {
  model::Wanted wanted;
  wanted.name = "web";
  wanted.configured = true;
  wanted.settings = {
      {"path", {"/jails/web"}}, {"persist", {}}, {"exec.start", {"/bin/sh /etc/rc", "a,b"}}, {"meta", {""}}};
  wanted.problems = {"unknown parameter: pth"};
  EXPECT_EQ(dump(wanted),
            "wanted web, configured\n"
            "  path=/jails/web\n"
            "  persist\n"
            "  exec.start=\"/bin/sh\\040/etc/rc\",\"a,b\"\n"
            "  meta=\"\"\n"
            "  ! unknown parameter: pth\n");
}

}  // namespace
}  // namespace cellblock::view
