// An address of an interface.
#pragma once

#include <optional>
#include <string_view>

#include "net/existing.hpp"
#include "net/ip.hpp"
#include "sys/netlink.hpp"

namespace cellblock::net {

struct Address {
  int index = 0;  ///< of its interface
  Ip ip;
  int prefix = 0;
  std::optional<Ip> peer;       ///< the other end of a point-to-point link
  std::optional<Ip> broadcast;
  uint32_t flags = 0;           ///< IFA_F_*
  uint8_t scope = 0;            ///< RT_SCOPE_*
  uint32_t valid = ~0u, preferred = ~0u;  ///< seconds left, all ones: for ever
};

/// One message of the kernel's (RTM_NEWADDR); nothing if it holds no address.
std::optional<Address> parse_address(std::string_view payload);

/// `index` 0: of every interface.
sys::netlink::Request all_addresses(int index = 0);
/// Its lifetimes go with it.
sys::netlink::Request add_address(const Address& address, Existing existing = Existing::refuse);
sys::netlink::Request delete_address(const Address& address);

}  // namespace cellblock::net
