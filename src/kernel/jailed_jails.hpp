// The jail system calls inside a jail: port::Jails by way of the warden.
#pragma once

#include "port/jails.hpp"

namespace cellblock::kernel {

class JailedJails : public port::Jails {
 public:
  Result<model::JailId> set(const std::vector<model::Setting>& settings, model::SetMode mode, bool attaching) override;
  Result<model::Snapshot> get() override;
  Result<model::Jail> find(std::string_view word) override;
  Result<> remove(model::JailId jid) override;
  Result<port::Child> enter(model::JailId jid, const port::Entry& entry) override;
  void left(model::JailId jid) override;
  Result<std::vector<pid_t>> processes(model::JailId jid) override;
};

}  // namespace cellblock::kernel
