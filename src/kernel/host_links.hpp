// Addresses and interfaces of a host, over rtnetlink, each written to the journal before it is made.
#pragma once

#include <optional>

#include "kernel/cable_laying.hpp"
#include "kernel/cable_turn.hpp"
#include "kernel/registry.hpp"
#include "net/network.hpp"
#include "net/settings.hpp"
#include "port/links.hpp"

namespace cellblock::kernel {

class HostLinks : public port::Links {
 public:
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

 private:
  Result<net::Network*> host();
  Result<> make(const model::Cable& cable, Found& found, int there, bool is_ours, bool is_first);
  Result<> check(const model::Cable& cable, const model::CableId& id, Own own);
  Result<> connect(const model::Cable& cable, const model::CableId& id, Own own, int there);
  // cable_change.cc: a running jail's
  Result<std::vector<CableTurn>> look_at(std::span<const model::CableWish> wishes, model::JailId jid, int there);
  Result<> perform(std::vector<CableTurn>& turns, int there);
  Result<> cut(const model::CableId& id);
  Result<> strip(CableTurn& turn, Own own, int there);
  Result<> refit(const CableTurn& turn, int there);
  Result<> join_announced(Registry& record);
  std::optional<net::Network> host_;  ///< one socket for all jails of a run
  Fd conf_;                           ///< /proc/sys/net/ipv6/conf; none: a kernel without IPv6
  net::Settings settings_;
  LateRegistry registry_;
  bool disconnected_ = false;
  bool has_room_ = false;  ///< for the neighbours of many jails
  std::vector<model::CableId> joining_;  ///< laid and no ports yet
};

/// Takes an address away; true: it was there.
Result<bool> delete_address(const std::string& interface, const std::string& address, int prefix);

}  // namespace cellblock::kernel
