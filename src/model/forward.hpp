// `net.forward`: a port of the host's that is led to a jail.
//
//   [tcp: | udp:] [ADDRESS:] PORT[-LAST]:PORT [from NETWORK[,NETWORK]]
//
// An IPv6 address stands in brackets: "tcp:[fd00::1]:8080:80 from fd00:1::/32".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cellblock::model {

struct SourceNetwork {
  std::string address;  ///< the network's own
  int prefix = 0;
  friend bool operator==(const SourceNetwork&, const SourceNetwork&) = default;
};

struct Forward {
  bool udp = false;
  std::string host;  ///< the address of the host's, as inet_ntop(3) writes it; empty: each that it has
  uint16_t first = 0, last = 0;
  uint16_t to = 0;                     ///< the jail's port for `first`
  std::vector<SourceNetwork> sources;  ///< who may; empty: everybody
  friend bool operator==(const Forward&, const Forward&) = default;
};

/// Ports that one forward may have.
inline constexpr int most_forwarded = 4096;

/// Errors are without the parameter's name: "8080: not PORT:PORT".
Result<Forward> parse_forward(std::string_view text);

/// The one way of writing it; parse_forward() takes it back.
std::string text_of(const Forward& forward);
/// "tcp:8080", "udp:192.0.2.1:5000-5009": what of the host it takes.
std::string place_of(const Forward& forward);

/// Whether both want a port of the same address.
bool collide(const Forward& left, const Forward& right);

}  // namespace cellblock::model
