#pragma once

#include <sys/types.h>

#include <set>
#include <string_view>

#include "base/error.hpp"
#include "model/jail.hpp"

namespace cellblock::bsd {

/// A jail and who is in it and in the jails within. Their first processes are not among `pids`.
struct JailProcesses {
  model::Jail jail;
  std::set<pid_t> pids, keepers;
};
Result<JailProcesses> processes_in(std::string_view word);

}  // namespace cellblock::bsd
