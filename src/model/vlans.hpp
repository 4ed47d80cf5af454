// The VLANs (IEEE 802.1Q) that a port of a bridge belongs to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cellblock::model {

inline constexpr uint16_t last_vlan = 4094;

struct VlanRange {
  uint16_t first = 0, last = 0;
  friend bool operator==(const VlanRange&, const VlanRange&) = default;
};

struct Vlans {
  uint16_t untagged = 0;          ///< of what comes and goes without a tag; 0: the bridge knows no VLANs of the port
  std::vector<VlanRange> tagged;
  /// The VLAN is not what the bridge takes untagged packets for anyway.
  bool is_apart() const { return untagged > 1; }
  bool empty() const { return untagged == 0 && tagged.empty(); }
  friend bool operator==(const Vlans&, const Vlans&) = default;
};

/// "10".
std::optional<uint16_t> parse_vlan(std::string_view text);
/// "10", "20-30".
std::optional<VlanRange> parse_vlan_range(std::string_view text);

/// "10;20t;30-40t", and back. Nothing: it means nothing.
std::string text_of(const Vlans& vlans);
std::optional<Vlans> parse_vlans(std::string_view text);

/// What is one network for the jails on it, and the interface of the host's that is in it: the bridge, or its VLAN "br0.10".
std::string segment_of(const std::string& bridge, const Vlans& vlans);

}  // namespace cellblock::model
