// The rules about the addresses of jails without a network stack of their own.
#pragma once

#include "base/error.hpp"
#include "model/set_request.hpp"
#include "model/snapshot.hpp"

namespace cellblock::model {

/// IPv4 or IPv6: where a Prison keeps what the rules speak of.
struct Family {
  std::string_view name, sys_parameter, addr_parameter;
  int number;  ///< AF_INET, AF_INET6
  Sys Prison::*sys;
  std::vector<std::string> Prison::*addresses;
};

std::span<const Family> families();

/// Whether only the addresses of the list may be used; else all of the stack's. A list that became empty is
/// stored as Sys::disable, so that an empty list always means no restriction.
inline bool is_restricted(const Prison& prison, const Family& family) {
  return prison.*family.sys != Sys::inherit || !(prison.*family.addresses).empty();
}

/// The first address stays, the rest are sorted. Fails for too many, for one twice and for those that are none
/// of a host.
Result<> order_addresses(std::vector<std::string>& addresses, const Family& family);

/// Gives `prison` the addresses that `request` asks for, within what `parent` has, and checks them against all
/// other jails of the same stack.
Result<> set_addresses(const Snapshot& now, const SetRequest& request, const Prison& parent, bool created,
                       Prison& prison);

/// Takes from `prison` what its parent has not (any more). Whether something changed.
bool restrict_addresses(Prison& prison, const Prison& parent, const Family& family);

}  // namespace cellblock::model
