// Jails in memory, by the rules of model::jail_set.
#pragma once

#include "fake/world.hpp"

namespace cellblock::fake {

class Jails final : public port::Jails {
 public:
  /// `caller` is the jail that asks; 0 is the host.
  explicit Jails(World& world, model::JailId caller = 0) : world_(world), caller_(caller) {}

  Result<model::JailId> set(const std::vector<model::Setting>& settings, model::SetMode mode,
                            bool attaching) override;
  Result<model::Snapshot> get() override;
  Result<model::Jail> find(std::string_view word) override;
  Result<> remove(model::JailId jid) override;
  Result<port::Child> enter(model::JailId jid, const port::Entry& entry) override;
  void left(model::JailId jid) override;
  Result<std::vector<pid_t>> processes(model::JailId jid) override;

 private:
  std::string viewer() const;
  void erase(model::JailId jid);

  World& world_;
  model::JailId caller_;
};

}  // namespace cellblock::fake
