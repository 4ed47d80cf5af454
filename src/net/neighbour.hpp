// An entry of the tables that say which hardware address an IP address has on a link (ARP, neighbour discovery).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/ip.hpp"
#include "sys/netlink.hpp"

namespace cellblock::net {

struct Neighbour {
  int index = 0;         ///< of the interface
  Ip ip;
  std::string hardware;  ///< bytes; empty while nobody answered
  uint16_t state = 0;    ///< NUD_*
  uint8_t flags = 0;     ///< NTF_*: NTF_ROUTER, NTF_PROXY
  uint8_t type = 0;      ///< RTN_*
  uint32_t confirmed = 0;  ///< hundredths of a second since somebody answered
};

/// One message of the kernel's (RTM_NEWNEIGH).
std::optional<Neighbour> parse_neighbour(std::string_view payload);

/// `index` 0: of every interface.
sys::netlink::Request all_neighbours(bool v6, int index = 0);
sys::netlink::Request add_neighbour(const Neighbour& neighbour);
sys::netlink::Request delete_neighbour(const Neighbour& neighbour);

/// All network stacks of a machine share one table of neighbours for each family, of 1,024 if nobody says more: too few
/// for a thousand jails that talk to the host. Lets it have 65,536, where it has fewer; only the machine's own network
/// stack can (false: this is another, or it is not allowed).
bool make_room_for_neighbours();

}  // namespace cellblock::net
