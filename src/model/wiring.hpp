// Who is connected to whom: the network stacks of the host and of its jails, their interfaces, and what joins these. As
// seen at one moment; view/wiring.hpp draws it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/jail.hpp"

namespace cellblock::model {

/// An interface by its place: Wiring::stacks[stack].interfaces[interface].
struct End {
  size_t stack = 0, interface = 0;
  friend auto operator<=>(const End&, const End&) = default;
};

/// As the stack counts them: what a jail sends is `out` at its end of a cable and `in` at the other one.
struct Traffic {
  uint64_t in_packets = 0, out_packets = 0, in_bytes = 0, out_bytes = 0;
};

struct InterfaceAddress {
  std::string text;                ///< "10.0.0.1/24"
  std::vector<std::string> jails;  ///< names of the jails that have it without a stack of their own
};

struct Interface {
  std::string name;
  std::string kind;      ///< "bridge", "veth", "vlan", "tun" ...; empty: a real device, or the loopback
  bool is_up = false, is_loopback = false;
  uint32_t mtu = 0;
  std::string hardware;  ///< "02:00:00:00:00:06"; empty: it has none
  std::vector<InterfaceAddress> addresses;  ///< without those that every interface has by itself
  Traffic traffic;
  std::optional<size_t> bridge;         ///< of the same stack: it is a port of it
  std::optional<size_t> parent;         ///< of the same stack: what a vlan lies on
  std::optional<End> peer;              ///< the other end of a cable; none of a cable: it leads to a stack that nobody knows
};

/// A place where addresses are translated: a chain of nf_tables, whoever made it.
struct Translation {
  std::string table, chain;
  std::string what;      ///< "masquerade", "source", "destination", "redirect", in this order, joined by '+'
  uint64_t rules = 0;
};

struct Stack {
  JailId jid = 0;        ///< 0: the host
  std::string name;      ///< of the jail; "host"
  std::vector<Interface> interfaces;
  std::vector<Translation> translations;
};

struct Wiring {
  std::vector<Stack> stacks;  ///< the host's first, then those of jails by jid

  const Interface& at(End end) const { return stacks[end.stack].interfaces[end.interface]; }
};

}  // namespace cellblock::model
