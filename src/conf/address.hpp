// What an element of ip4.addr and ip6.addr holds beside the address.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/wanted.hpp"

namespace cellblock::conf {

/// `interface|address/prefix options`: all parts but the address may be missing.
struct InterfaceAddress {
  std::string interface;
  std::string address;
  std::string prefix;   ///< as written: a length ("24"), or for IPv4 a mask ("255.255.255.0")
  std::string options;  ///< further words for ifconfig, used when the address is added only

  friend bool operator==(const InterfaceAddress&, const InterfaceAddress&) = default;
};

InterfaceAddress split_address(std::string_view element);

/// What jail_set(2) gets for a setting of jail(8): the bare addresses of ip4.addr and ip6.addr, where one
/// element may hold several between commas, and the last value of anything that is no list.
model::Setting kernel_setting(const model::Setting& setting);

}  // namespace cellblock::conf
