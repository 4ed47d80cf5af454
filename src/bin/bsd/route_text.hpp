// Routes as FreeBSD's commands show them. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "net/route.hpp"

namespace cellblock::bsd {

using LinkNames = std::map<int, std::string>;  ///< by index, FreeBSD's names

/// The routes that FreeBSD has in its table, in its order: those of one table, and the machine's own addresses.
std::vector<net::Route> shown_routes(std::vector<net::Route> routes, uint32_t table);

std::string destination_text(const net::Route& route, const LinkNames& names);
std::string gateway_text(const net::Route& route, const LinkNames& names);
/// "UGS"
std::string flags_letters(const net::Route& route);
std::string interface_of(const net::Route& route, const LinkNames& names);

/// netstat -r's table of one family.
std::string table_text(const std::vector<net::Route>& routes, bool v6, const LinkNames& names);

/// What `route get` prints.
std::string get_text(const net::Ip& asked, const net::Route& route, uint32_t fib, uint32_t mtu, const LinkNames& names);

}  // namespace cellblock::bsd
