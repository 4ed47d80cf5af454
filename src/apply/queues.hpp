// Whose turn is it? The jobs that can go on, and those that the limit of -p holds back.
#pragma once

#include <deque>

#include "apply/job.hpp"

namespace cellblock::apply {

class Queues {
 public:
  void make_ready(Job& job);
  /// A job that just failed is heard first, so that its message follows its cause.
  void make_ready_first(Job& job);
  void hold_back(Job& job);
  /// A command has ended: lets the first held-back job try.
  void let_one_through();

  bool anyone_ready() const { return !ready_.empty(); }
  /// The next job, in order; jobs that stop come in reverse order of the file. Null if there is none.
  Job* take();

 private:
  std::deque<Job*> ready_, limited_;
};

}  // namespace cellblock::apply
