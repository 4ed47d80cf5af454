// The files of dhclient(8): what it writes, and what it reads back.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "net/dhcp.hpp"

namespace cellblock::bsd {

/// resolv.conf(5) by the lease; empty if it names no server.
std::string resolv_conf(const net::DhcpLease& lease);

/// dhclient.leases(5): one lease, taken at `now` (UTC).
std::string lease_text(std::string_view interface, const net::DhcpLease& lease, time_t now);

/// The address of the last lease of `interface` in such a text.
std::optional<net::Ip> address_in_leases(std::string_view text, std::string_view interface);

}  // namespace cellblock::bsd
