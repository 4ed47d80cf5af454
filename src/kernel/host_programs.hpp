// Hooks: programs on the caller's side of a jail.
#pragma once

#include "port/programs.hpp"

namespace cellblock::kernel {

class HostPrograms : public port::Programs {
 public:
  Result<port::Child> run(const port::Entry& entry) override;
};

}  // namespace cellblock::kernel
