#include "fake/watch.hpp"

#include <algorithm>

namespace cellblock::fake {

Result<> Watch::add(uint64_t key, port::Child child) {
  watched_.emplace(key, child.pid);
  most_at_once = std::max(most_at_once, watched_.size());
  return {};
}

Result<std::vector<pid_t>> Watch::terminate(uint64_t key, const std::vector<pid_t>& pids,
                                            const std::function<std::vector<pid_t>()>& again) {
  std::vector<pid_t> still = again(), signalled;
  for (pid_t pid : pids) {
    auto found = world_.processes.find(pid);
    if (found == world_.processes.end() || std::ranges::find(still, pid) == still.end()) continue;
    world_.log.push_back(fmt::format("sigterm {}", pid));
    if (auto after = found->second.ends_after_sigterm) found->second.ends_at = world_.now + *after;
    watched_.emplace(key, pid);
    signalled.push_back(pid);
  }
  return signalled;
}

void Watch::drop(uint64_t key) { watched_.erase(key); }

std::optional<port::Ended> Watch::next(std::optional<port::Time> deadline) {
  auto first = watched_.end();
  std::optional<port::Time> earliest;
  for (auto at = watched_.begin(); at != watched_.end(); ++at) {
    auto ends = world_.processes[at->second].ends_at;
    if (ends && (!earliest || *ends < *earliest)) {
      earliest = ends;
      first = at;
    }
  }
  if (first == watched_.end() || (deadline && *earliest > std::max(*deadline, world_.now))) {
    if (deadline) world_.now = std::max(world_.now, *deadline);
    return std::nullopt;
  }
  world_.now = std::max(world_.now, *earliest);
  port::Ended ended{first->first, world_.processes[first->second].status};
  world_.processes.erase(first->second);
  watched_.erase(first);
  return ended;
}

}  // namespace cellblock::fake
