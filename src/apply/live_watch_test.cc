#include "apply/live_watch.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

namespace cellblock::apply {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;

/// A child that ends when `go` is closed or written to.
class Child {
 public:
  explicit Child(int status) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) ::abort();
    pid = ::fork();
    if (pid == 0) {
      ::close(ends[1]);
      char byte;
      (void)!::read(ends[0], &byte, 1);
      ::_exit(status);
    }
    ::close(ends[0]);
    go = Fd(ends[1]);
  }
  void end() { go.reset(); }

  pid_t pid = 0;
  Fd go;
};

port::Child handle(const Child& child) { return {child.pid, Fd()}; }

TEST(LiveWatch, WaitsForASingleChild) {
  LiveWatch watch;
  Child child(3);
  ASSERT_TRUE(watch.add(7, handle(child)));
  EXPECT_FALSE(watch.next(port::Time::min())) << "only looks";
  child.end();
  auto ended = watch.next(std::nullopt);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->key, 7u);
  EXPECT_TRUE(WIFEXITED(ended->status));
  EXPECT_EQ(WEXITSTATUS(ended->status), 3);
  EXPECT_EQ(::waitpid(child.pid, nullptr, WNOHANG), -1) << "it has been reaped";
  EXPECT_FALSE(watch.next(std::nullopt)) << "nothing is left";
}

TEST(LiveWatch, TellsSignalsFromStatuses) {
  LiveWatch watch;
  Child child(0);
  ASSERT_TRUE(watch.add(1, handle(child)));
  ::kill(child.pid, SIGKILL);
  auto ended = watch.next(std::nullopt);
  ASSERT_TRUE(ended);
  EXPECT_TRUE(WIFSIGNALED(ended->status));
  EXPECT_EQ(WTERMSIG(ended->status), SIGKILL);
}

TEST(LiveWatch, WaitsForManyInAnyOrder) {
  LiveWatch watch;
  std::map<uint64_t, int> statuses;
  std::deque<Child> children;
  for (int key = 0; key < 20; ++key) {
    children.emplace_back(key);
    ASSERT_TRUE(watch.add(static_cast<uint64_t>(key), handle(children.back())));
  }
  for (Child& child : children) child.end();
  while (auto ended = watch.next(std::nullopt)) statuses[ended->key] = WEXITSTATUS(ended->status);
  ASSERT_EQ(statuses.size(), 20u);
  for (auto& [key, status] : statuses) EXPECT_EQ(static_cast<int>(key), status);
}

TEST(LiveWatch, TimeIsUpWhenNothingEnds) {
  LiveWatch watch;
  Child one(0), two(0);
  ASSERT_TRUE(watch.add(1, handle(one)));
  EXPECT_FALSE(watch.next(watch.now() + 5ms));
  ASSERT_TRUE(watch.add(2, handle(two)));
  auto before = watch.now();
  EXPECT_FALSE(watch.next(before + 5ms));
  EXPECT_GE(watch.now(), before + 5ms);
  two.end();
  auto ended = watch.next(watch.now() + 10s);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->key, 2u);
}

TEST(LiveWatch, DroppedChildrenAreNotReported) {
  LiveWatch watch;
  Child one(0), two(0);
  ASSERT_TRUE(watch.add(1, handle(one)));
  ASSERT_TRUE(watch.add(2, handle(two)));
  watch.drop(1);
  one.end();
  two.end();
  EXPECT_EQ(watch.next(std::nullopt)->key, 2u);
  EXPECT_FALSE(watch.next(std::nullopt));
  EXPECT_EQ(::waitpid(one.pid, nullptr, 0), one.pid) << "still there to be reaped";
}

TEST(LiveWatch, SigtermReachesOnlyThoseStillListed) {
  LiveWatch watch;
  Child in_jail(0), elsewhere(0);
  auto signalled = watch.terminate(5, {in_jail.pid, elsewhere.pid}, [&] { return std::vector{in_jail.pid}; });
  ASSERT_TRUE(signalled);
  EXPECT_THAT(*signalled, ElementsAre(in_jail.pid));
  auto ended = watch.next(std::nullopt);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->key, 5u);
  int status = 0;
  EXPECT_EQ(::waitpid(in_jail.pid, &status, 0), in_jail.pid);
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
  EXPECT_EQ(::waitpid(elsewhere.pid, &status, WNOHANG), 0) << "alive";
  elsewhere.end();
  ::waitpid(elsewhere.pid, &status, 0);
}

}  // namespace
}  // namespace cellblock::apply
