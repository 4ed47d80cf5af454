// Addresses and interfaces in memory.
#pragma once

#include <map>
#include <set>

#include "fake/world.hpp"
#include "port/links.hpp"

namespace cellblock::fake {

class Links final : public port::Links {
 public:
  explicit Links(World& world) : world_(world) {}
  Result<> add_alias(const std::string& interface, const std::string& address, int prefix) override;
  Result<> remove_alias(const std::string& interface, const std::string& address, int prefix) override;
  Result<> move_in(const std::string& interface, const model::Jail& jail) override;
  Result<> move_back(const std::string& interface, const model::Jail& jail) override;
  Result<> check(std::span<const model::CableWish> wishes, model::JailId own) override;
  Result<> connect(const model::Cable& cable, model::JailId jid, pid_t keeper) override;
  Result<> disconnect(model::JailId jid) override;
  Result<> join() override;
  Result<> settle() override;
  Result<bool> has(const model::Cable& cable, model::JailId jid) override;
  Result<> change(std::span<const model::CableWish> wishes, model::JailId jid, pid_t keeper) override;

  std::set<std::string> aliases;                   ///< "em0 10.0.0.1/24"
  std::map<model::CableId, std::string> cables;    ///< to which bridge
  std::map<std::string, pid_t> moved;              ///< where interfaces that left the host are

 private:
  bool joining_ = false;
  bool disconnected_ = false;
  World& world_;
};

}  // namespace cellblock::fake
