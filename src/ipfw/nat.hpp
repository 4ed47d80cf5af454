// Instances of NAT: "nat N config ...".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "net/ip.hpp"

namespace cellblock::ipfw {

struct Nat {
  struct Redirect {
    uint32_t protocol = 6;
    net::Ip to;
    uint32_t to_port = 0, port = 0;
  };
  uint32_t number = 0;
  std::string interface;
  std::optional<net::Ip> ip;
  std::vector<Redirect> redirects;
  std::string text;  ///< behind "nat N config"
};

/// The words behind "nat N config".
Result<Nat> parse_nat(uint32_t number, std::span<const std::string> words);

}  // namespace cellblock::ipfw
