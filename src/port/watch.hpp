// What the scheduler waits for: children that end, processes of a jail that end, and time.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "port/jails.hpp"

namespace cellblock::port {

using Time = std::chrono::steady_clock::time_point;

/// A process that has ended: `key` says for whom it was watched, `status` is waitpid(2)'s.
struct Ended {
  uint64_t key = 0;
  int status = 0;
};

class Watch {
 public:
  virtual ~Watch() = default;

  virtual Time now() = 0;

  /// Watches a child until it ends, and reaps it then.
  virtual Result<> add(uint64_t key, Child child) = 0;

  /// Sends SIGTERM to those of `pids` that `again()`, asked after descriptors of all of them are held, still
  /// lists: a pid that was given to another process meanwhile is never signalled. Each is watched until it has
  /// ended (status 0). Returns the pids that got the signal.
  virtual Result<std::vector<pid_t>> terminate(uint64_t key, const std::vector<pid_t>& pids,
                                               const std::function<std::vector<pid_t>()>& again) = 0;

  /// Forgets everything watched under `key`. A forgotten child is not reaped.
  virtual void drop(uint64_t key) = 0;

  /// The next process that has ended. Waits until `deadline`, for ever without one; a deadline in the past only
  /// looks. Empty when time is up, or when nothing is watched and there is no deadline.
  virtual std::optional<Ended> next(std::optional<Time> deadline) = 0;
};

}  // namespace cellblock::port
