#include "apply/live_watch.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace cellblock::apply {
namespace {

using port::Ended;
using port::Time;

Fd open_pid(pid_t pid) { return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

/// Rounded up: a wait that ends early would only look again.
int milliseconds_until(std::optional<Time> deadline, Time now) {
  if (!deadline) return -1;
  if (*deadline <= now) return 0;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - now).count();
  return static_cast<int>(std::min<long long>(left, 1'000'000'000));
}

/// waitpid(2)'s status of a child that has ended, or waits for its end. 0 if it is no child any more.
int reap(int pidfd) {
  siginfo_t info{};
  while (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED) != 0)
    if (errno != EINTR) return 0;
  return info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
}

}  // namespace

Result<> LiveWatch::add(uint64_t key, port::Child child) {
  Fd pidfd = child.pidfd ? std::move(child.pidfd) : open_pid(child.pid);
  if (!pidfd) return sys_fail(errno, "pidfd_open {}", child.pid);
  watched_.emplace(next_slot_++, Watched{key, std::move(pidfd), true, false});
  return {};
}

Result<std::vector<pid_t>> LiveWatch::terminate(uint64_t key, const std::vector<pid_t>& pids,
                                                const std::function<std::vector<pid_t>()>& again) {
  std::vector<std::pair<pid_t, Fd>> held;
  for (pid_t pid : pids)
    if (Fd pidfd = open_pid(pid)) held.emplace_back(pid, std::move(pidfd));
  std::vector<pid_t> still = again(), signalled;
  std::ranges::sort(still);
  for (auto& [pid, pidfd] : held) {
    if (!std::ranges::binary_search(still, pid)) continue;
    if (::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGTERM, nullptr, 0) != 0) continue;
    watched_.emplace(next_slot_++, Watched{key, std::move(pidfd), false, false});
    signalled.push_back(pid);
  }
  return signalled;
}

void LiveWatch::drop(uint64_t key) {
  std::erase_if(watched_, [key](const auto& entry) { return entry.second.key == key; });
}

std::optional<Ended> LiveWatch::finish(uint64_t slot) {
  auto found = watched_.find(slot);
  if (found == watched_.end()) return std::nullopt;  // dropped after epoll had reported it
  Watched watched = std::move(found->second);
  watched_.erase(found);
  return Ended{watched.key, watched.child ? reap(watched.pidfd.get()) : 0};
}

std::optional<Ended> LiveWatch::wait_single(std::optional<Time> deadline) {
  auto& [slot, watched] = *watched_.begin();
  if (watched.child && !deadline) return finish(slot);  // waits in waitid(2): one system call in all
  pollfd poll{watched.pidfd.get(), POLLIN, 0};
  for (;;) {
    int count = ::poll(&poll, 1, milliseconds_until(deadline, now()));
    if (count > 0) return finish(slot);
    if (count == 0 || errno != EINTR) return std::nullopt;
  }
}

bool LiveWatch::register_all() {
  if (!epoll_) epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) return false;
  for (auto& [slot, watched] : watched_) {
    if (watched.registered) continue;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = slot;
    watched.registered = ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, watched.pidfd.get(), &event) == 0;
    if (!watched.registered) return false;
  }
  return true;
}

/// False when time is up.
bool LiveWatch::wait_many(int milliseconds) {
  epoll_event events[64];
  int count = ::epoll_wait(epoll_.get(), events, 64, milliseconds);
  if (count < 0) return errno == EINTR;
  for (int at = 0; at < count; ++at) {
    ready_.push_back(events[at].data.u64);
    // Level-triggered: without this the same end would be reported until it is asked for.
    if (auto found = watched_.find(events[at].data.u64); found != watched_.end())
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, found->second.pidfd.get(), nullptr);
  }
  return count > 0;
}

std::optional<Ended> LiveWatch::next(std::optional<Time> deadline) {
  for (;;) {
    while (!ready_.empty()) {
      uint64_t slot = ready_.front();
      ready_.pop_front();
      if (auto ended = finish(slot)) return ended;
    }
    if (watched_.empty() && !deadline) return std::nullopt;
    if (watched_.size() == 1 && !watched_.begin()->second.registered) return wait_single(deadline);
    if (!register_all()) return std::nullopt;
    if (!wait_many(milliseconds_until(deadline, now()))) return std::nullopt;
  }
}

}  // namespace cellblock::apply
