#include "add/progress.hpp"

#include <fmt/core.h>
#include <ftw.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "mkroot.hpp"

namespace cellblock::add {
namespace {

constexpr auto first = std::chrono::milliseconds(700), next = std::chrono::milliseconds(200);
constexpr size_t width = 40;

uint64_t used_in(const std::string& folder) {
  struct statvfs status {};
  return ::statvfs(folder.c_str(), &status) == 0 ? (status.f_blocks - status.f_bfree) * status.f_frsize : 0;
}

void draw(const std::stop_token& stop, const std::string& what, const std::string& folder, uint64_t total) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock held(mutex);
  uint64_t before = used_in(folder);
  bool shown = false;
  for (auto pause = first; !wake.wait_for(held, stop, pause, [&stop] { return stop.stop_requested(); }); pause = next) {
    fmt::print(stderr, "\r{:<72}", progress_line(what, used_in(folder) - before, total));
    std::fflush(stderr);
    shown = true;
  }
  if (shown) fmt::print(stderr, "\r{:72}\r", "");
}

}  // namespace

std::string progress_line(const std::string& what, uint64_t done, uint64_t total) {
  if (total == 0) return fmt::format("{} {}", what, human_size(done));
  uint64_t percent = std::min<uint64_t>(100, done * 100 / total);
  std::string bar(width * percent / 100, '#');
  return fmt::format("{} [{:.<{}}] {:3}%", what, bar, width, percent);
}

Progress::Progress(std::string what, std::string folder, uint64_t total) {
  if (!::isatty(2)) return;
  drawer_ = std::jthread([what = std::move(what), folder = std::move(folder), total](const std::stop_token& stop) {
    draw(stop, what, folder, total);
  });
}

Progress::~Progress() = default;

uint64_t tree_size(const std::string& folder) {
  static thread_local uint64_t bytes;  // nftw(3) has no other way
  bytes = 0;
  auto add = [](const char*, const struct stat* status, int, struct FTW*) {
    bytes += static_cast<uint64_t>(status->st_blocks) * 512;
    return 0;
  };
  ::nftw(folder.c_str(), add, 16, FTW_PHYS | FTW_MOUNT);
  return bytes;
}

}  // namespace cellblock::add
