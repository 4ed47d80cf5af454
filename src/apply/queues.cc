#include "apply/queues.hpp"

namespace cellblock::apply {

void Queues::make_ready(Job& job) {
  job.place = Place::ready;
  ready_.push_back(&job);
}

void Queues::make_ready_first(Job& job) {
  job.place = Place::ready;
  ready_.push_front(&job);
}

void Queues::hold_back(Job& job) {
  job.place = Place::limited;
  if (job.first_in_line)
    limited_.push_front(&job);
  else
    limited_.push_back(&job);
}

void Queues::let_one_through() {
  if (limited_.empty()) return;
  Job* job = limited_.front();
  limited_.pop_front();
  job->first_in_line = true;
  make_ready(*job);
}

Job* Queues::take() {
  if (ready_.empty()) return nullptr;
  auto chosen = ready_.begin();
  if (is_backward((*chosen)->ops)) {
    chosen = ready_.end() - 1;
    while (!is_backward((*chosen)->ops)) --chosen;
  }
  Job* job = *chosen;
  ready_.erase(chosen);
  job->place = Place::nowhere;
  return job;
}

}  // namespace cellblock::apply
