#include "apply/graph.hpp"

#include <algorithm>

#include "plan/wants.hpp"

namespace cellblock::apply {
namespace {

/// Follows unresolved needs from `job` until one comes up again, and returns the first of that circle.
Job* first_on_circle(Job* job, const std::vector<bool>& resolved) {
  std::vector<Job*> path;
  for (;;) {
    auto seen = std::ranges::find(path, job);
    if (seen != path.end())
      return *std::min_element(seen, path.end(), [](Job* a, Job* b) { return a->id < b->id; });
    path.push_back(job);
    auto next = std::ranges::find_if(job->needs, [&](Edge* edge) { return !resolved[edge->dependency->id]; });
    if (next == job->needs.end()) return job;  // can't be: it would have been resolved
    job = (*next)->dependency;
  }
}

/// Takes jobs in dependency order out of the graph.
class Sorter {
 public:
  explicit Sorter(std::deque<Job>& jobs) : resolved_(jobs.size()), left_(jobs.size()) {
    for (Job& job : jobs) left_[job.id] = job.needs.size();
  }

  bool is_resolved(const Job& job) const { return resolved_[job.id]; }
  const std::vector<bool>& resolved() const { return resolved_; }
  bool is_free(const Job& job) const { return left_[job.id] == 0; }

  /// Resolves the job and whatever that sets free.
  void resolve(Job& first) {
    std::vector<Job*> free = {&first};
    while (!free.empty()) {
      Job& job = *free.back();
      free.pop_back();
      if (resolved_[job.id]) continue;
      resolved_[job.id] = true;
      for (Edge* edge : job.needed_by)
        if (--left_[edge->dependent->id] == 0) free.push_back(edge->dependent);
    }
  }

 private:
  std::vector<bool> resolved_;
  std::vector<size_t> left_;
};

}  // namespace

void Graph::add(Job& dependent, Job& dependency, bool light) {
  Edge& edge = edges_.emplace_back();
  edge.dependent = &dependent;
  edge.dependency = &dependency;
  edge.light = light;
  dependent.needs.push_back(&edge);
  dependency.needed_by.push_back(&edge);
}

void Graph::build(std::deque<Job>& jobs, const std::function<void(Job&, std::string_view)>& undefined) {
  by_name_.reserve(jobs.size());
  for (Job& job : jobs) by_name_.emplace(job.wanted.name, &job);
  for (Job& job : jobs) {
    if (job.failed) continue;
    for (const std::string& name : plan::values_of(job.wanted, "depend")) {
      if (Job* dependency = find(name))
        add(job, *dependency, false);
      else
        undefined(job, name);
    }
    std::string_view name = job.wanted.name;
    if (size_t dot = name.rfind('.'); dot != name.npos)
      if (Job* parent = find(name.substr(0, dot))) add(job, *parent, true);
  }
}

Job* Graph::find(std::string_view name) const {
  auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

std::vector<Job*> Graph::loops(std::deque<Job>& jobs) const {
  std::vector<Job*> found;
  if (edges_.empty()) return found;
  Sorter sorter(jobs);
  for (Job& job : jobs)
    if (sorter.is_free(job)) sorter.resolve(job);
  for (Job& job : jobs)
    while (!sorter.is_resolved(job)) {
      Job* offender = first_on_circle(&job, sorter.resolved());
      found.push_back(offender);
      sorter.resolve(*offender);
    }
  return found;
}

std::vector<Edge*>& waits_on(Job& job) { return is_backward(job.ops) ? job.needed_by : job.needs; }
std::vector<Edge*>& releases(Job& job) { return is_backward(job.ops) ? job.needs : job.needed_by; }

Job& awaited(const Job& job, const Edge& edge) { return is_backward(job.ops) ? *edge.dependent : *edge.dependency; }
Job& released(const Job& job, const Edge& edge) { return is_backward(job.ops) ? *edge.dependency : *edge.dependent; }

void count_pending(Job& job) {
  job.pending = 0;
  for (Edge* edge : waits_on(job))
    if (!done(job, *edge)) ++job.pending;
}

}  // namespace cellblock::apply
