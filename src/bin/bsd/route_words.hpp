// The command line of route(8) as a value. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "applet.hpp"
#include "base/error.hpp"
#include "net/ip.hpp"

namespace cellblock::bsd {

enum class RouteAct : uint8_t { add, remove, change, get, flush, monitor };
enum class RouteFate : uint8_t { pass, reject, blackhole };

struct RouteRequest {
  RouteAct act = RouteAct::get;
  bool quiet = false, numeric = false, v6_only = false, v4_only = false;
  uint32_t fib = 0;
  bool fib_named = false;
  std::string jail;                    ///< -j
  std::string destination_word, gateway_word;  ///< as they are repeated in the answer
  net::Prefix destination;
  bool host = false;
  std::optional<net::Ip> gateway;
  std::string interface;               ///< of -iface, -ifp or behind the gateway's '%'
  bool by_interface = false;           ///< the gateway is an interface
  std::optional<net::Ip> source;       ///< -ifa
  uint32_t mtu = 0;
  RouteFate fate = RouteFate::pass;
};

/// The text of an error is what comes behind "route: "; without one the usage is to be printed.
Result<RouteRequest> parse_route_words(const Words& words);

/// "10", "10.1", "10.1.0.0/16": what is missing is zero; without a length the number of parts or the class gives it.
std::optional<net::Prefix> parse_net(std::string_view text);

}  // namespace cellblock::bsd
