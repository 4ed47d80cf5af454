// A clock that only moves when somebody waits.
#pragma once

#include <map>

#include "fake/world.hpp"

namespace cellblock::fake {

class Watch final : public port::Watch {
 public:
  explicit Watch(World& world) : world_(world) {}
  port::Time now() override { return world_.now; }
  Result<> add(uint64_t key, port::Child child) override;
  Result<std::vector<pid_t>> terminate(uint64_t key, const std::vector<pid_t>& pids,
                                       const std::function<std::vector<pid_t>()>& again) override;
  void drop(uint64_t key) override;
  std::optional<port::Ended> next(std::optional<port::Time> deadline) override;

  size_t most_at_once = 0;  ///< the most processes that were watched at a time

 private:
  World& world_;
  std::multimap<uint64_t, pid_t> watched_;
};

}  // namespace cellblock::fake
