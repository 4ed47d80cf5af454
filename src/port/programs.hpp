// Programs run on the host side of a jail: hooks.
#pragma once

#include "base/error.hpp"
#include "port/jails.hpp"

namespace cellblock::port {

class Programs {
 public:
  virtual ~Programs() = default;
  /// fork(2) and execve(2) on the caller's side. `entry.user` is looked up there too. With an empty
  /// `entry.directory` the program stays in the caller's (with `clean`: goes to the user's home).
  virtual Result<Child> run(const Entry& entry) = 0;
};

}  // namespace cellblock::port
