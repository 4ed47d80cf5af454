// Addresses and interfaces of a host, over rtnetlink, each written to the journal before it is made.
#pragma once

#include "kernel/registry.hpp"
#include "port/links.hpp"

namespace cellblock::kernel {

class HostLinks : public port::Links {
 public:
  Result<> add_alias(const std::string& interface, const std::string& address, int prefix) override;
  Result<> remove_alias(const std::string& interface, const std::string& address, int prefix) override;
  Result<> move_in(const std::string& interface, pid_t keeper) override;
  Result<> move_back(const std::string& interface, pid_t keeper) override;

 private:
  LateRegistry registry_;
};

/// Takes an address away; true: it was there.
Result<bool> delete_address(const std::string& interface, const std::string& address, int prefix);

}  // namespace cellblock::kernel
