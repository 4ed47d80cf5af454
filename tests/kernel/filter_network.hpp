// A packet filter of the test's own: that of a network namespace which nobody else is in.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <sched.h>
#include <unistd.h>

#include <optional>

#include "sys/netlink.hpp"

namespace cellblock {

class FilterNetwork : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    Fd home(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::unshare(CLONE_NEWNET), 0);
    Fd there(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::setns(home.get(), CLONE_NEWNET), 0);
    auto socket = sys::netlink::Socket::open_in(there.get(), NETLINK_NETFILTER);
    ASSERT_TRUE(socket) << socket.error().text();
    socket_.emplace(std::move(*socket));
  }
  std::optional<sys::netlink::Socket> socket_;
};

}  // namespace cellblock
