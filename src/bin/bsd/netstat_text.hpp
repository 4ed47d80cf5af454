// netstat -i's table. Pure.
#pragma once

#include <string>
#include <vector>

#include "net/address.hpp"
#include "net/link.hpp"

namespace cellblock::bsd {

struct InterfaceTable {
  bool bytes = false, drops = false;  ///< -b, -d
  bool v4 = true, v6 = true, links = true;
};

std::string interfaces_text(const std::vector<net::Link>& links, const std::vector<net::Address>& addresses,
                            const InterfaceTable& table);

}  // namespace cellblock::bsd
