// What crashes leave behind, found in the journal and undone. Inverses are idempotent: already gone is success.
#include "kernel/host_jails.hpp"
#include "kernel/jail_addresses.hpp"
#include "kernel/strays.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {

using model::Jail;

Result<std::vector<std::string>> HostJails::repair() {
  std::vector<std::string> done;
  CB_TRY(const record::State* state, registry_.refresh());
  std::vector<Jail> dead;
  for (const auto& [jid, jail] : state->snapshot.jails)
    if (!is_alive(*state, jail) || (jail.runtime.keeper && sys::is_exiting(jail.runtime.keeper))) dead.push_back(jail);
  for (const Jail& jail : dead) {
    CB_CHECK(kill_tree(jail), "jail {}", jail.prison.name);
    done.push_back(fmt::format("jail {} ({}): its processes and cgroup removed", jail.prison.jid, jail.prison.name));
  }
  CB_CHECK(undo_strays(registry_, done));
  CB_TRY(int groups, cgroups());
  JailAddresses addresses(home_, groups);
  CB_TRY(Fd lock, addresses.lock());
  CB_TRY(state, registry_.refresh());
  CB_TRY(size_t removed, addresses.repair(state->snapshot));
  if (removed) done.push_back(fmt::format("rules on addresses of {} jails that are gone removed", removed));
  return done;
}

Result<> HostJails::tidy() {
  std::vector<std::string> done;
  return undo_strays(registry_, done, Owners::dead_or_self);
}

}  // namespace cellblock::kernel
