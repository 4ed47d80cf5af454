// ^C while another program works for us: it ends that program; this one lives on to take away what was made.
#pragma once

#include <signal.h>

#include <iterator>

namespace cellblock {

class Interruptible {
 public:
  Interruptible() {
    interrupted_ = 0;
    struct sigaction note {};
    note.sa_handler = [](int) { interrupted_ = 1; };
    note.sa_flags = SA_RESTART;
    for (size_t i = 0; i < std::size(signals); ++i) ::sigaction(signals[i], &note, &before_[i]);
  }
  ~Interruptible() {
    for (size_t i = 0; i < std::size(signals); ++i) ::sigaction(signals[i], &before_[i], nullptr);
  }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

  bool happened() const { return interrupted_; }

 private:
  static constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};
  static inline volatile sig_atomic_t interrupted_ = 0;
  struct sigaction before_[std::size(signals)];
};

}  // namespace cellblock
