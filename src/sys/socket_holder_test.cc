#include "sys/socket_holder.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.hpp"

namespace cellblock::sys {
namespace {

TEST(SocketInode, ReadsNothingElse) {
  EXPECT_EQ(socket_inode("socket:[4711]"), 4711u);
  for (const char* other : {"/dev/null", "pipe:[5]", "socket:[", "socket:[]", "socket:[x]", "socket:[5", "socket:[-5]", "socket:[99999999999]", ""})
    EXPECT_EQ(socket_inode(other), 0u) << other;
}

TEST(SocketHolder, OfOurOwnSocketAreWe) {
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  struct stat status {};
  ASSERT_EQ(::fstat(socket.get(), &status), 0);
  int found = 0;
  auto looked = each_socket_holder([](int pid) { return pid == ::getpid(); }, [&](int, int pid, int fd, uint32_t inode) {
    EXPECT_EQ(pid, ::getpid());
    if (inode == status.st_ino && fd == socket.get()) ++found;
  });
  ASSERT_TRUE(looked) << looked.error().text();
  EXPECT_EQ(found, 1);
}

}  // namespace
}  // namespace cellblock::sys
