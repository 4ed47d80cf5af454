// port::Watch over pidfds and epoll(7): no polling, no signals.
#pragma once

#include <deque>
#include <unordered_map>

#include "port/watch.hpp"

namespace cellblock::apply {

class LiveWatch final : public port::Watch {
 public:
  port::Time now() override { return std::chrono::steady_clock::now(); }
  Result<> add(uint64_t key, port::Child child) override;
  Result<std::vector<pid_t>> terminate(uint64_t key, const std::vector<pid_t>& pids,
                                       const std::function<std::vector<pid_t>()>& again) override;
  void drop(uint64_t key) override;
  std::optional<port::Ended> next(std::optional<port::Time> deadline) override;

 private:
  struct Watched {
    uint64_t key = 0;
    Fd pidfd;
    bool child = false;
    bool registered = false;  ///< with epoll
  };

  std::optional<port::Ended> wait_single(std::optional<port::Time> deadline);
  bool wait_many(int milliseconds);
  bool register_all();
  std::optional<port::Ended> finish(uint64_t slot);

  Fd epoll_;
  uint64_t next_slot_ = 0;
  std::unordered_map<uint64_t, Watched> watched_;  ///< by slot: what epoll reports
  std::deque<uint64_t> ready_;                     ///< slots that epoll reported and nobody asked for yet
};

}  // namespace cellblock::apply
