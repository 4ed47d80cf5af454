// ipfw(8)'s names for numbers, and the words that FreeBSD has and this does not.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/text.hpp"

namespace cellblock::ipfw {

struct Named {
  std::string_view name;
  uint32_t value;
};

inline constexpr std::array protocols{Named{"icmp", 1}, Named{"igmp", 2}, Named{"ipencap", 4}, Named{"tcp", 6}, Named{"udp", 17},
                               Named{"gre", 47}, Named{"esp", 50}, Named{"ah", 51}, Named{"ipv6-icmp", 58},
                               Named{"icmp6", 58}, Named{"ospf", 89}, Named{"carp", 112}, Named{"sctp", 132}};
inline constexpr std::array codes{Named{"net", 0}, Named{"host", 1}, Named{"protocol", 2}, Named{"port", 3}, Named{"needfrag", 4},
                           Named{"srcfail", 5}, Named{"net-unknown", 6}, Named{"host-unknown", 7}, Named{"isolated", 8},
                           Named{"net-prohib", 9}, Named{"host-prohib", 10}, Named{"tosnet", 11}, Named{"toshost", 12},
                           Named{"filter-prohib", 13}, Named{"host-precedence", 14}, Named{"precedence-cutoff", 15}};
inline constexpr std::array codes6{Named{"no-route", 0}, Named{"admin-prohib", 1}, Named{"address", 3}, Named{"port", 4}};
inline constexpr std::array tcp_flags{Named{"fin", 1}, Named{"syn", 2}, Named{"rst", 4}, Named{"psh", 8}, Named{"ack", 16}, Named{"urg", 32}};

inline constexpr std::array tcp_options{Named{"mss", 2}, Named{"window", 3}, Named{"sack", 4}, Named{"ts", 8}};
inline constexpr std::array dscp_names{Named{"be", 0}, Named{"cs1", 8}, Named{"af11", 10}, Named{"af12", 12}, Named{"af13", 14}, Named{"cs2", 16},
                                 Named{"af21", 18}, Named{"af22", 20}, Named{"af23", 22}, Named{"cs3", 24}, Named{"af31", 26}, Named{"af32", 28},
                                 Named{"af33", 30}, Named{"cs4", 32}, Named{"af41", 34}, Named{"af42", 36}, Named{"af43", 38}, Named{"cs5", 40},
                                 Named{"va", 44}, Named{"ef", 46}, Named{"cs6", 48}, Named{"cs7", 56}, Named{"cs0", 0}};

inline constexpr std::array divert_ports{Named{"natd", 8668}};

inline constexpr std::array limit_words{Named{"src-addr", 1}, Named{"src-port", 2}, Named{"dst-addr", 4}, Named{"dst-port", 8}};

// What FreeBSD has and this does not: said by name.
inline constexpr std::array lacking{"call", "return", "altq",
                             "netgraph", "ngtee", "mac", "antispoof", "versrcreach",
                             "iptos", "ipoptions", "tcpdatalen", "layer2", "bridged",
                             "dst-type", "sockarg", "set-limit", "record-state", "defer-action"};

inline std::optional<uint32_t> number_in(std::string_view text, uint32_t low, uint32_t high) {
  auto number = parse_int(text);
  if (!number || text[0] == '+' || *number < low || *number > high) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

inline std::optional<uint32_t> value_in(std::span<const Named> table, std::string_view name) {
  for (const Named& each : table)
    if (each.name == name) return each.value;
  return std::nullopt;
}

}  // namespace cellblock::ipfw
