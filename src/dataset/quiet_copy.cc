#include "dataset/quiet_copy.hpp"

#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "dataset/tree_copy.hpp"
#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

constexpr int tries = 5;
constexpr int64_t tick = 20'000'000;  // two changes closer than that may bear the same time

int64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// Whether nothing was written meanwhile.
Result<bool> copy_once(int from, int to) {
  // Pages that a program has mapped tell of a change only after they have been written back.
  if (::syncfs(from) < 0) return sys_fail(errno, "syncfs");
  CB_TRY(Stamp before, stamp_of(from));
  if (now() - before.newest < tick) {
    timespec pause{0, tick};
    ::nanosleep(&pause, nullptr);
    CB_TRY(before, stamp_of(from));
  }
  auto copied = copy_tree(from, to, Overlay::keep);
  CB_TRY(Stamp after, stamp_of(from));
  if (after.sum != before.sum) return false;
  if (!copied) return pass(std::move(copied.error()), "copying");
  return true;
}

}  // namespace

Result<std::string> copy_when_quiet(Shelf& shelf, int from, const std::function<Result<std::string>()>& make_place) {
  for (int i = 0; i < tries; ++i) {
    CB_TRY(std::string id, make_place());
    CB_TRY(Fd to, sys::open_at(shelf.folder(), (id + "/d").c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    CB_TRY(bool quiet, copy_once(from, to.get()));
    if (quiet) return id;
    CB_CHECK(shelf.drop(id));
  }
  return fail(Why::busy, "dataset is being written to: freeze or stop what writes, or use a pool on btrfs");
}

}  // namespace cellblock::dataset
