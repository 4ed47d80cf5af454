#include "kernel/notification.hpp"

#include <gtest/gtest.h>

namespace cellblock::kernel {
namespace {

model::Snapshot jails() {
  model::Snapshot now;
  for (auto [jid, group] : {std::pair(7, "cellblock/7"), std::pair(9, "cellblock/9"), std::pair(12, "cellblock/7/12")}) {
    now.jails[jid].prison.jid = jid;
    now.jails[jid].runtime.cgroup = group;
  }
  return now;
}

TEST(JailInCgroup, TheInnermostCounts) {
  EXPECT_EQ(jail_in_cgroup("1:name=systemd:/x\n0::/cellblock/7\n", jails()), 7);
  EXPECT_EQ(jail_in_cgroup("0::/host/cellblock/7/12\n", jails()), 12);
  EXPECT_EQ(jail_in_cgroup("0::/cellblock/7/12/app.slice/9\n", jails()), 12);
}

TEST(JailInCgroup, AGroupThatAJailMadeIsNotAnotherJail) {
  EXPECT_EQ(jail_in_cgroup("0::/cellblock/7/9\n", jails()), 7);
  EXPECT_EQ(jail_in_cgroup("0::/cellblock/7/7\n", jails()), 7);
  EXPECT_EQ(jail_in_cgroup("0::/cellblock/7/cellblock/9\n", jails()), 7);
}

TEST(JailInCgroup, Nowhere) {
  EXPECT_EQ(jail_in_cgroup("0::/\n", jails()), 0);
  EXPECT_EQ(jail_in_cgroup("0::/cellblock/8\n", jails()), 0);
  EXPECT_EQ(jail_in_cgroup("0::/cellblock/99999999999999\n", jails()), 0);
  EXPECT_EQ(jail_in_cgroup("", jails()), 0);
}

}  // namespace
}  // namespace cellblock::kernel
