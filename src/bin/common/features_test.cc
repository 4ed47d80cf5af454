#include "common/features.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace cellblock {
namespace {

TEST(Features, WhatEveryKernelOfOursHas) {
  EXPECT_EQ(has_namespaces(), Has::yes);
  EXPECT_EQ(has_seccomp_notify(), Has::yes);
  EXPECT_EQ(has_file_system("proc"), Has::yes);
  EXPECT_EQ(has_clone_into_cgroup(), Has::yes);
}

TEST(Features, WhatNoKernelHas) {
  EXPECT_EQ(has_file_system("nosuchfs"), Has::no);
  EXPECT_FALSE(has_module("no_such_module"));
  EXPECT_EQ(load_module("no_such_module").error().why, Why::absent);
}

TEST(Features, KindsOfInterfaces) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_EQ(has_link_kind("veth"), Has::yes);
  EXPECT_EQ(has_link_kind("nosuchkind"), Has::no);
  EXPECT_EQ(has_link_kind(std::string(200, 'x')), Has::no);
}

TEST(Features, ProbesLeaveNothingBehind) {
  int before = ::dup(0);
  ::close(before);
  for (auto probe : {has_user_namespaces, has_idmapped_mounts, has_new_mount_calls, has_pidfs, has_proc_pidns,
                     has_overlay_descriptors, has_cgroup_bpf})
    probe();
  int after = ::dup(0);
  ::close(after);
  EXPECT_EQ(before, after);
}

}  // namespace
}  // namespace cellblock
