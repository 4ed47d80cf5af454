// Neighbours as arp(8) and ndp(8) show them. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "net/address.hpp"
#include "net/link.hpp"
#include "net/neighbour.hpp"
#include "route_text.hpp"

namespace cellblock::bsd {

/// Seconds for which the kernel trusts an answer before it asks again.
inline constexpr uint32_t trusted_seconds = 30;

/// FreeBSD's tables hold the machine's own addresses, too; the kernel's don't.
std::vector<net::Neighbour> with_own(std::vector<net::Neighbour> all, const std::vector<net::Address>& addresses,
                                     const std::vector<net::Link>& links, bool v6);

/// "? (10.0.0.2) at 02:00:00:00:00:01 on em0 permanent [ethernet]"
std::string arp_line(const net::Neighbour& neighbour, const LinkNames& names);

std::string ndp_heading();
std::string ndp_line(const net::Neighbour& neighbour, const LinkNames& names);

/// "fe80::1%em0"
std::string scoped_text(const net::Neighbour& neighbour, const LinkNames& names);

}  // namespace cellblock::bsd
