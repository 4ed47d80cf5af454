// Interfaces that visit a jail with a network stack of its own, and come home.
#pragma once

#include <string_view>

#include "net/network.hpp"

namespace cellblock::net {

/// Eight hexadecimal digits that no other caller has: what makes a mark on an interface unique.
std::string new_token();

/// Moves an interface of `home` into the network namespace `there`, marked so that it can be told from those born
/// there.
Result<> lend(Network& home, const Link& link, int there);
/// The same into that of a process: for callers that may not open it.
Result<> lend_to_process(Network& home, const Link& link, pid_t pid);
/// Moves an interface of `there` to the network namespace `home`, with its name, and takes the mark off.
Result<> reclaim(Network& there, const Link& link, int home);
/// All that were lent. What can't come home (its name is taken) stays.
Result<> reclaim_all(int there, int home);

}  // namespace cellblock::net
