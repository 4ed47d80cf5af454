// Going to the spawner mount namespace (kernel/home.hpp) and back.
#pragma once

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::kernel {

/// Where the caller stands: entering another mount namespace forgets its root and working directory.
class Place {
 public:
  static Result<Place> here();
  Result<> return_to() const;

 private:
  Fd mounts_, root_, directory_;
};

/// Opens (O_PATH) one of the programs in the spawner namespace, "/keeper" or "/usher": only reachable from there.
Result<Fd> open_in_spawner(int spawner, const char* path);

}  // namespace cellblock::kernel
