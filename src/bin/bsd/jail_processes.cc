#include "jail_processes.hpp"

#include <memory>
#include <vector>

#include "kernel/open.hpp"
#include "port/jails.hpp"

namespace cellblock::bsd {

Result<JailProcesses> processes_in(std::string_view word) {
  CB_TRY(std::unique_ptr<port::Jails> jails, kernel::open_jails());
  JailProcesses found;
  CB_TRY(found.jail, jails->find(word));
  CB_TRY(model::Snapshot all, jails->get());
  for (const auto& [jid, other] : all.jails) {
    if (jid != found.jail.prison.jid && !model::is_below(other.prison.name, found.jail.prison.name)) continue;
    CB_TRY(std::vector<pid_t> pids, jails->processes(jid));
    found.pids.insert(pids.begin(), pids.end());
    if (other.runtime.keeper > 0) found.keepers.insert(other.runtime.keeper);
  }
  return found;
}

}  // namespace cellblock::bsd
