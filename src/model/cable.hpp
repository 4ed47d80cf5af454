// What `net.*` asks for: a jail's cable to a bridge of the host. plan makes it, the kernel side acts on it.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/forward.hpp"
#include "model/jail.hpp"
#include "model/vlans.hpp"

namespace cellblock::model {

struct CableAddress {
  std::string address;  ///< as inet_ntop(3) writes it
  int prefix = 0;
  friend bool operator==(const CableAddress&, const CableAddress&) = default;
};

/// One address of it is wanted, whichever is free.
struct Range {
  std::string first, last;
  int prefix = 0;  ///< the length of the network in which it lies
};

/// What a cable needs of the host's packet filter.
struct CableRules {
  bool nat = false;                       ///< its addresses are not seen beyond its bridge
  std::optional<std::string> bridge_nat;  ///< nor anybody's on the bridge, beyond this interface; empty: beyond any
  std::vector<Forward> forwards;
  bool empty() const { return !nat && !bridge_nat && forwards.empty(); }
  friend bool operator==(const CableRules&, const CableRules&) = default;
};

/// Which one of a jail's cables: the first has no name, the others have that of their interface in the jail.
struct CableId {
  JailId jid = 0;
  std::string name;
  friend auto operator<=>(const CableId&, const CableId&) = default;
};

struct Cable {
  std::string name;       ///< as in CableId
  std::string jail;       ///< the jail's name: what its stable hardware address is made of
  std::string bridge;
  std::string near;       ///< the end on the host, a port of the bridge
  std::string interface;  ///< the end in the jail
  std::vector<CableAddress> addresses;
  bool dhcp = false;                  ///< an IPv4 address from a server on the bridge
  std::vector<Range> ranges;
  std::vector<std::string> had;  ///< addresses that go before others of the ranges: the jail had them
  std::vector<CableAddress> bridge_addresses;  ///< what the bridge has if it is made for the jail
  std::vector<std::string> gateways;  ///< one of each family at most
  std::optional<std::array<uint8_t, 6>> hardware;
  std::optional<uint32_t> mtu;
  Vlans vlans;
  bool isolated = false;  ///< nothing goes to or from other isolated ones on the bridge
  CableRules rules;
};

/// What is said of one cable; none: the jail is to have none of that name (an empty net.bridge).
struct CableWish {
  std::string name;
  std::optional<Cable> cable;
};

}  // namespace cellblock::model
