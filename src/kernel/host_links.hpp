// Addresses and interfaces of a host, over rtnetlink, each written to the journal before it is made.
#pragma once

#include <optional>

#include "kernel/cable_laying.hpp"
#include "kernel/registry.hpp"
#include "net/network.hpp"
#include "net/settings.hpp"
#include "port/links.hpp"

namespace cellblock::kernel {

class HostLinks : public port::Links {
 public:
  Result<> add_alias(const std::string& interface, const std::string& address, int prefix) override;
  Result<> remove_alias(const std::string& interface, const std::string& address, int prefix) override;
  Result<> move_in(const std::string& interface, pid_t keeper) override;
  Result<> move_back(const std::string& interface, pid_t keeper) override;
  Result<> check(const model::Cable& cable, model::JailId own) override;
  Result<> connect(const model::Cable& cable, model::JailId jid, pid_t keeper) override;
  Result<> disconnect(model::JailId jid) override;
  Result<> join() override;
  Result<> settle() override;
  Result<bool> has(const model::Cable& cable, model::JailId jid) override;
  Result<bool> change(const model::Cable& cable, model::JailId jid, pid_t keeper) override;
  Result<bool> cut(const model::CableId& id) override;

 private:
  Result<net::Network*> host();
  Result<> make(const model::Cable& cable, Found& found, int there, bool is_first);
  Result<> readdress(model::Cable cable, const model::CableId& id, int there);
  Result<bool> cut(const model::CableId& id, std::string_view bridge_to_keep);
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
