// Interfaces that visit a network stack other than their own, marked so that they can be told from those born there.
//
// The mark is one of the interface's other names: it goes where the interface goes, and ends with it. Whoever is root over there
// can put it elsewhere: what a mark is worth, its giver has to know.
#pragma once

#include <string_view>

#include "net/network.hpp"

namespace cellblock::net {

/// Eight hexadecimal digits that no other caller has: what makes a mark on an interface unique.
std::string new_token();

/// Moves an interface of `home` into the network namespace `there`, marked by `token`.
Result<> lend(Network& home, const Link& link, int there, std::string_view token);
/// The same into that of a process: for callers that may not open it.
Result<> lend_to_process(Network& home, const Link& link, pid_t pid, std::string_view token);

/// By which it was marked, in no order.
std::vector<std::string> tokens_of(const Link& link);

Request without_mark(const Link& link, std::string_view token);

/// Moves an interface of `there` to the network namespace `home`, under `name`, and takes those marks off.
Result<> reclaim(Network& there, const Link& link, int home, std::string_view name, std::span<const std::string> tokens);

}  // namespace cellblock::net
