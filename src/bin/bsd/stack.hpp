// The network stack that a command works on, and the words for what goes wrong there.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/network.hpp"

namespace cellblock::bsd {

/// The network namespace of the jail that `word` names by jid or name; it must have one of its own (vnet).
Result<Fd> network_of_jail(std::string_view word);

/// Moves an interface of jail `from`'s stack (empty: the caller's) into that of the jail that `word` names, from where it comes home
/// when that ends. Inside a jail too, into that of a jail below.
Result<> lend_to_jail(net::Network& network, const net::Link& link, std::string_view from, std::string_view word);
/// Takes one home.
Result<> take_from_jail(const std::string& interface, std::string_view word);

/// The stack of the calling process, or of jail `word` unless that is empty: the process goes there for good (-j).
Result<net::Network> open_stack(std::string_view word);

/// The interface, by FreeBSD's name for it. Why::absent.
Result<net::Link> find_link(net::Network& network, std::string_view shown);

/// FreeBSD's words for what a kernel refused.
std::string refusal(const Error& error);

}  // namespace cellblock::bsd
