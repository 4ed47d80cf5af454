// Built into the programs of the tests alone (kernel/CMakeLists.txt).
#include "kernel/faults.hpp"

#include <signal.h>

#include <cerrno>
#include <cstdlib>

namespace cellblock::kernel::faults {
namespace {

int number_in(const char* variable) {
  const char* text = ::getenv(variable);
  return text ? std::atoi(text) : 0;
}

/// Counts a step, and dies where that was asked for.
int count() {
  static const int kill_at = number_in("CELLBLOCK_KILL_AT");
  static int steps = 0;
  if (++steps == kill_at) ::raise(SIGKILL);
  return steps;
}

}  // namespace

Result<> step(std::string_view name) {
  static const int fail_at = number_in("CELLBLOCK_FAIL_AT");
  if (count() == fail_at) return sys_fail(EIO, "made to fail: {}", name);
  return {};
}

void passed(std::string_view) { count(); }

}  // namespace cellblock::kernel::faults
