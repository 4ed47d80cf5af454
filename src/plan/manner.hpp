// How the commands of a jail are run: as whom, how long, with which environment and console.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "model/wanted.hpp"

namespace cellblock::plan {

struct Manner {
  bool clean = false;                      ///< exec.clean
  std::optional<std::string> jail_user;    ///< exec.jail_user
  bool jail_user_from_host = false;        ///< exec.system_jail_user
  std::optional<std::string> system_user;  ///< exec.system_user
  std::chrono::seconds timeout{0};         ///< exec.timeout of each command; 0: none
  std::chrono::seconds stop_timeout{10};   ///< stop.timeout; 0: no SIGTERM at all
  uint32_t fib = 0;                        ///< exec.fib
  std::string console_log;                 ///< exec.consolelog; empty: none
  std::string path;                        ///< the jail's path; empty: none given
};

Manner manner_of(const model::Wanted& wanted);

}  // namespace cellblock::plan
