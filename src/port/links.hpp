// Addresses and interfaces that come and go with a jail.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/cable.hpp"
#include "model/jail.hpp"

namespace cellblock::port {

class Links {
 public:
  virtual ~Links() = default;
  /// Adds `address/prefix` to a host interface; there already is Why::exists.
  virtual Result<> add_alias(const std::string& interface, const std::string& address, int prefix) = 0;
  virtual Result<> remove_alias(const std::string& interface, const std::string& address, int prefix) = 0;
  /// Lends an interface to a jail, which must have a network stack of its own, and takes it back under its name.
  virtual Result<> move_in(const std::string& interface, const model::Jail& jail) = 0;
  virtual Result<> move_back(const std::string& interface, const model::Jail& jail) = 0;

  /// Why connect() or change() would refuse the cables as things stand; what jail `own` has by their names doesn't stand in their
  /// way. Changes nothing. Errors of this, connect() and change() name the parameter as it is written ("net.eth1.address: ...").
  virtual Result<> check(std::span<const model::CableWish> wishes, model::JailId own) = 0;
  /// Lays a cable from the network of process `keeper` to a bridge, which is made where it is missing; interfaces, addresses
  /// and routes in the jail are up when this returns. The bridge may not forward yet: join() sees to that.
  virtual Result<> connect(const model::Cable& cable, model::JailId jid, pid_t keeper) = 0;
  /// All cables laid so far carry what is sent. To be called before anybody may want to send.
  virtual Result<> join() = 0;
  /// The jail is about to end, and its cables with it. No cable is no error.
  virtual Result<> disconnect(model::JailId jid) = 0;
  /// Takes away what the cables of jails that have ended leave on the host, all at once, and the bridges that were made
  /// for them with the last ones. Does nothing without a disconnect() before.
  virtual Result<> settle() = 0;
  /// Whether the jail has exactly this cable.
  virtual Result<bool> has(const model::Cable& cable, model::JailId jid) = 0;
  /// Gives a running jail these cables in place of those of their names that it has. Addresses and routes change where they are: a
  /// connection from an address that stays goes on. Anything else is a new cable. All of them change, or the jail has what it had.
  virtual Result<> change(std::span<const model::CableWish> wishes, model::JailId jid, pid_t keeper) = 0;
};

}  // namespace cellblock::port
