#pragma once

#include <vector>

#include "net/address.hpp"
#include "sysctl_values.hpp"

namespace cellblock::bsd {

/// Asks the kernel.
OwnJail own_jail();

/// Whether addresses of the family can be used here: no jail without one sees others' addresses and routes.
bool has_family(bool v6);

/// A jail that shares a network stack sees of its addresses only those that are its own.
void keep_own_addresses(std::vector<net::Address>& addresses);

}  // namespace cellblock::bsd
