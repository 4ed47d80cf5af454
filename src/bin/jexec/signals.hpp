// The kernel's signal calls with its own 64 bit mask: the C library keeps 32 and 33 to itself, jexec must
// not.
#pragma once

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

namespace cellblock::jexec {

using SignalMask = uint64_t;
inline constexpr SignalMask every_signal = ~SignalMask{0};
inline constexpr SignalMask only(int signal) { return SignalMask{1} << (signal - 1); }

/// `how` as for sigprocmask(2); returns the mask that was.
inline SignalMask change_mask(int how, SignalMask mask) {
  SignalMask old = 0;
  ::syscall(SYS_rt_sigprocmask, how, &mask, &old, sizeof mask);
  return old;
}

/// The signal's default action again; all zero in the kernel's struct sigaction on every machine. Some parents
/// (make(1)) hand even 32 and 33 down ignored.
inline void restore_default(int signal) {
  static constexpr uint64_t default_action[4] = {};
  ::syscall(SYS_rt_sigaction, signal, default_action, nullptr, sizeof(SignalMask));
}

/// The next signal out of `mask`, or with `wait` false -1 if none is pending.
inline int next_signal(SignalMask mask, siginfo_t& info, bool wait = true) {
  timespec none{};
  for (;;) {
    int signal = ::syscall(SYS_rt_sigtimedwait, &mask, &info, wait ? nullptr : &none, sizeof mask);
    if (signal > 0 || !wait) return signal;
  }
}

inline SignalMask pending_signals() {
  SignalMask mask = 0;
  ::syscall(SYS_rt_sigpending, &mask, sizeof mask);
  return mask;
}

}  // namespace cellblock::jexec
