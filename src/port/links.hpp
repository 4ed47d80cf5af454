// Addresses and interfaces that come and go with a jail.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/error.hpp"

namespace cellblock::port {

class Links {
 public:
  virtual ~Links() = default;
  /// Adds `address/prefix` to a host interface; there already is Why::exists.
  virtual Result<> add_alias(const std::string& interface, const std::string& address, int prefix) = 0;
  virtual Result<> remove_alias(const std::string& interface, const std::string& address, int prefix) = 0;
  /// Moves an interface into the network namespace of process `keeper`, and back to the caller's.
  virtual Result<> move_in(const std::string& interface, pid_t keeper) = 0;
  virtual Result<> move_back(const std::string& interface, pid_t keeper) = 0;
};

}  // namespace cellblock::port
