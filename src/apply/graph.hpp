// Which jail waits for which: `depend`, and the light dependency of a dotted name on its parent.
#pragma once

#include <deque>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "apply/job.hpp"

namespace cellblock::apply {

class Graph {
 public:
  /// Draws the edges of all jobs that have not failed. `undefined` hears of each `depend` on a jail that is not
  /// among them; the job gets no edges for it.
  void build(std::deque<Job>& jobs, const std::function<void(Job&, std::string_view)>& undefined);

  /// The first configured job of that name, or null.
  Job* find(std::string_view name) const;

  /// One job of each dependency loop: the one that stands first in the file.
  std::vector<Job*> loops(std::deque<Job>& jobs) const;

 private:
  void add(Job& dependent, Job& dependency, bool light);

  std::deque<Edge> edges_;
  std::unordered_map<std::string_view, Job*> by_name_;  ///< keys live in the jobs
};

/// The edges that `job` waits for, and those that wait for it, in the direction it goes.
std::vector<Edge*>& waits_on(Job& job);
std::vector<Edge*>& releases(Job& job);
/// The job at the other end of one of waits_on(job).
Job& awaited(const Job& job, const Edge& edge);
/// The job at the other end of one of releases(job).
Job& released(const Job& job, const Edge& edge);

inline bool& done(const Job& job, Edge& edge) { return edge.done[is_backward(job.ops) ? 1 : 0]; }

/// Counts the edges that `job` still has to wait for, after its direction was set.
void count_pending(Job& job);

}  // namespace cellblock::apply
