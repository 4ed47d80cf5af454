// Addresses and interfaces of a host, over rtnetlink, each written to the journal before it is made.
#pragma once

#include <optional>

#include "kernel/home.hpp"
#include "kernel/registry.hpp"
#include "port/links.hpp"

namespace cellblock::kernel {

class HostLinks : public port::Links {
 public:
  Result<> add_alias(const std::string& interface, const std::string& address, int prefix) override;
  Result<> remove_alias(const std::string& interface, const std::string& address, int prefix) override;
  Result<> move_in(const std::string& interface, pid_t keeper) override;
  Result<> move_back(const std::string& interface, pid_t keeper) override;
};

}  // namespace cellblock::kernel
