// The scheduler's rules of order between jails.
#include <bit>

#include "apply/scheduler.hpp"

namespace cellblock::apply {

void Scheduler::skip(Job& job) {
  if (!job.pulled_in && !job.failed && orders_.verbosity >= 0) executor_.warn(job, "skipped");
  job.failed = true;
}

/// A jail that another one needs, and that nobody has asked for, is asked for now; one that was to change is to
/// start or stop as well.
void Scheduler::pull_in(Job& other, Ops by) {
  if (std::popcount(other.ops) > 1) return;
  bool recount = false;
  if (other.ops == 0) {
    recount = true;
    other.pulled_in = true;
    if (other.place == Place::nowhere) queues_.make_ready(other);
  }
  if (by == op_start) {
    other.ops |= op_start;
  } else if (by == op_set) {
    if (other.ops == 0)
      other.ops = op_set;
    else if (other.ops & op_stop)
      other.ops |= op_start;
  } else {
    recount = recount || !(other.ops & op_stop);
    other.ops |= op_stop;
    if (other.ops & op_set) other.ops ^= op_start | op_set;
  }
  if (recount) count_pending(other);
}

/// Whether `job` has to wait for others; if so, settle() of the last of them makes it ready.
bool Scheduler::is_blocked(Job& job) {
  if (job.pending == 0) return false;
  size_t open = 0;
  for (Edge* edge : waits_on(job)) {
    if (done(job, *edge)) continue;
    Job& other = awaited(job, *edge);
    if (other.failed) {
      skip(job);
      continue;
    }
    pull_in(other, job.ops);
    // Only what is known already: a parent that was not looked up yet will have its turn and say so.
    bool satisfied = edge->light && (is_backward(job.ops) ? other.jid < 0 : other.jid > 0);
    if (!satisfied) ++open;
  }
  if (job.failed) {
    queues_.make_ready_first(job);
    return true;
  }
  if (open == 0) return false;
  job.place = Place::blocked;
  return true;
}

/// `job` is done, or with `light` exists (is gone): whoever waited for that goes on, or fails with it.
void Scheduler::settle(Job& job, bool light) {
  for (Edge* edge : releases(job)) {
    if (done(job, *edge) || (light && !edge->light)) continue;
    Job& other = released(job, *edge);
    done(job, *edge) = true;
    bool only_looked_at = job.pulled_in && job.ops == op_set;
    if (job.failed && !only_looked_at && other.ops != 0) skip(other);
    // One that still goes the other way counts anew when it turns round.
    if (is_backward(other.ops) != is_backward(job.ops) || other.pending == 0) continue;
    if (--other.pending == 0 && other.place == Place::blocked) queues_.make_ready(other);
  }
}

}  // namespace cellblock::apply
