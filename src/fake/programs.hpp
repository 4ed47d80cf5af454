// Programs on the host that are only written down.
#pragma once

#include "fake/world.hpp"
#include "port/programs.hpp"

namespace cellblock::fake {

class Programs final : public port::Programs {
 public:
  explicit Programs(World& world) : world_(world) {}
  Result<port::Child> run(const port::Entry& entry) override;

 private:
  World& world_;
};

}  // namespace cellblock::fake
