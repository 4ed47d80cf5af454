// What crashes leave behind, found in the journal and undone. Inverses are idempotent: already gone is success.
#include <algorithm>
#include <functional>
#include <iterator>

#include "kernel/host_jails.hpp"
#include "kernel/host_mounts.hpp"
#include "kernel/process_mark.hpp"

namespace cellblock::kernel {

using model::Jail;

Result<std::vector<std::string>> HostJails::repair() {
  std::vector<std::string> done;
  CB_TRY(const record::State* state, registry_.refresh());
  std::vector<Jail> dead;
  for (const auto& [jid, jail] : state->snapshot.jails) {
    auto maker = state->makers.find(jid);
    if (maker == state->makers.end() ? !is_alive(jail.runtime) : !is_alive(maker->second)) dead.push_back(jail);
  }
  for (const Jail& jail : dead) {
    CB_CHECK(kill_tree(jail), "jail {}", jail.prison.name);
    done.push_back(fmt::format("jail {} ({}): its processes and cgroup removed", jail.prison.jid, jail.prison.name));
  }
  CB_CHECK(repair_mounts(done));
  return done;
}

Result<> HostJails::tidy() {
  CB_TRY(const record::State* state, registry_.refresh());
  if (state->mounts.empty()) return {};
  std::vector<std::string> done;
  return repair_mounts(done);
}

/// Newest first. A mount stays while its maker lives or a jail has the root that it lies in.
Result<> HostJails::repair_mounts(std::vector<std::string>& done) {
  CB_TRY(const record::State* state, registry_.refresh());
  auto needed = [&](const record::MountMade& made) {
    if (is_alive(made.owner)) return true;
    return std::any_of(state->snapshot.jails.begin(), state->snapshot.jails.end(),
                       [&](const auto& entry) { return entry.second.prison.path == made.root; });
  };
  std::vector<record::MountMade> stray;
  std::copy_if(state->mounts.rbegin(), state->mounts.rend(), std::back_inserter(stray), std::not_fn(needed));
  for (const record::MountMade& made : stray) {
    CB_TRY(bool unmounted, unmount_at(made.root, made.target, made.was));
    CB_CHECK(registry_.append(record::unmount_line(made.target)));
    if (unmounted) done.push_back(fmt::format("{}: unmounted", made.target));
  }
  return {};
}

}  // namespace cellblock::kernel
