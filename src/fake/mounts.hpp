// Mounts that are only written down, newest last.
#pragma once

#include "fake/world.hpp"
#include "port/mounts.hpp"

namespace cellblock::fake {

class Mounts final : public port::Mounts {
 public:
  explicit Mounts(World& world) : world_(world) {}
  Result<> mount(const port::MountRequest& request) override;
  Result<> unmount(const port::MountRequest& request) override;

  std::vector<port::MountRequest> mounted;

 private:
  World& world_;
};

}  // namespace cellblock::fake
