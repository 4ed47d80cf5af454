// Instances of NAT: "nat N config ...", and what natd(8) keeps for its divert port.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "net/ip.hpp"

namespace cellblock::ipfw {

/// Networks that nobody on the Internet has: RFC 1918.
inline constexpr std::array<std::string_view, 3> private_networks{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"};

struct Nat {
  /// What comes to an address, or to ports of it, and is led elsewhere.
  struct Redirect {
    uint32_t protocol = 0;  ///< 0: any
    net::Ip to{};
    uint32_t to_port = 0;  ///< 0: as it was
    uint32_t port = 0, last_port = 0;  ///< 0: any
    std::optional<net::Ip> at{};    ///< nothing: the instance's own address
    std::optional<net::Ip> from{};  ///< only what comes from there
    uint32_t from_port = 0;
  };
  uint32_t number = 0;
  bool diverted = false;  ///< the number is of natd's port
  std::string interface{};
  std::optional<net::Ip> ip{};
  bool denies_incoming = false;  ///< what no connection from inside and no redirect expects
  bool private_only = false;     ///< only what private networks send is translated
  std::vector<Redirect> redirects{};
  std::string text{};  ///< behind "nat N config"

  bool is(uint32_t which, bool of_natd) const { return number == which && diverted == of_natd; }
};

/// The words behind "nat N config".
Result<Nat> parse_nat(uint32_t number, std::span<const std::string> words);

}  // namespace cellblock::ipfw
