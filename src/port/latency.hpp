// Where the time of a start goes: `jail --dump=latency`.
//
// Anyone on the path calls latency::mark("name") when a step is done: the time since the mark before belongs to
// that name. While no recorder runs a mark costs one load and one branch that is never taken.
#pragma once

#include <time.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace cellblock::latency {

/// Times of named steps, in order. Holds the first 512; names must live as long as the recorder (literals do).
class Recorder {
 public:
  Recorder() : last_(now()) {}

  void mark(std::string_view name) {
    uint64_t time = now();
    if (count_ < capacity) steps_[count_++] = {name, time - last_};
    last_ = time;
  }

  /// One line per step, "NAME MICROSECONDS", and their sum.
  std::string text() const {
    std::string out;
    uint64_t total = 0;
    for (size_t at = 0; at < count_; ++at) {
      out += line(steps_[at].name, steps_[at].nanoseconds);
      total += steps_[at].nanoseconds;
    }
    return out + line("total", total);
  }

 private:
  struct Step {
    std::string_view name;
    uint64_t nanoseconds;
  };
  static constexpr size_t capacity = 512;

  static uint64_t now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
  }
  static std::string line(std::string_view name, uint64_t nanoseconds) {
    return fmt::format("{:<24} {:>8}\n", name, nanoseconds / 1000);
  }

  uint64_t last_;
  size_t count_ = 0;
  Step steps_[capacity];
};

/// The recorder of this process, or null: nobody asked.
inline Recorder* recorder = nullptr;

inline void mark(std::string_view name) {
  if (recorder) [[unlikely]]
    recorder->mark(name);
}

}  // namespace cellblock::latency
