// jail_get(2): what jails there are, and what is in them.
#include <algorithm>
#include <optional>

#include "kernel/host_jails.hpp"
#include "kernel/names.hpp"
#include "kernel/process_mark.hpp"
#include "record/rules.hpp"
#include "sys/cgroup.hpp"

namespace cellblock::kernel {

using model::Jail;
using model::JailId;

Result<model::Snapshot> HostJails::get() {
  CB_TRY(record::State state, registry_.take());
  model::Snapshot& view = state.snapshot;
  std::vector<Jail> dead;
  std::vector<JailId> running = take_names_at_once(view);
  std::optional<Names> names(std::in_place);
  for (auto at = view.jails.begin(); at != view.jails.end();) {
    auto& [jid, jail] = *at;
    auto maker = state.makers.find(jid);
    bool made = maker == state.makers.end(), visible = model::is_below(jail.prison.name, caller_name_);
    bool shown = visible && made &&
                 (std::ranges::binary_search(running, jid) || names->take(jail.prison, jail.runtime));
    if (visible && !shown && (made || !is_alive(maker->second))) dead.push_back(jail);
    at = shown ? std::next(at) : view.jails.erase(at);
  }
  names.reset();
  for (Jail& jail : dead) {
    auto gone = kill_tree(jail, soon_ms);
    if (!gone && gone.error().why != Why::timed_out) return pass(std::move(gone.error()));
    jail.prison.dying = true;
    if (!gone) view.jails.emplace(jail.prison.jid, jail);
  }
  bool remains = !state.mounts.empty() || !state.aliases.empty() || !record::idle_bridges(state).empty() || !state.unjoined.empty() ||
                 !record::loose_rules(state).empty();
  if (!dead.empty() || remains) CB_CHECK(repair());
  for (auto& [jid, jail] : view.jails) {
    for (JailId up = jail.prison.parent; up && up != caller_;) {
      auto above = view.jails.find(up);
      if (above == view.jails.end()) break;
      ++above->second.prison.children_cur;
      up = above->second.prison.parent;
    }
  }
  if (caller_ == 0) return std::move(view);
  for (auto& [jid, jail] : view.jails) {
    jail.prison.name = model::relative_name(jail.prison.name, caller_name_);
    if (jail.prison.parent == caller_) jail.prison.parent = 0;
    if (jail.prison.path == caller_path_)
      jail.prison.path = "/";
    else if (jail.prison.path.starts_with(caller_path_ + "/"))
      jail.prison.path.erase(0, caller_path_.size());
  }
  return std::move(view);
}

Result<Jail> HostJails::find(std::string_view word) {
  CB_TRY(const record::State* state, registry_.refresh());
  const Jail* jail = state->snapshot.find_word(word, caller_name_);
  Jail found = jail ? *jail : Jail();
  if (jail && !state->makers.contains(jail->prison.jid) && Names().take(found.prison, found.runtime)) {
    for (const auto& [jid, other] : state->snapshot.jails)
      if (model::is_below(other.prison.name, found.prison.name)) ++found.prison.children_cur;
    return found;
  }
  bool number = !word.empty() && word.find_first_not_of("0123456789") == word.npos;
  return number ? fail(Why::absent, "jail {} not found", word) : fail(Why::absent, "jail \"{}\" not found", word);
}

Result<const Jail*> HostJails::visible(JailId jid) {
  CB_TRY(const record::State* state, registry_.refresh());
  const Jail* jail = state->snapshot.find(jid);
  if (!jail || !model::is_below(jail->prison.name, caller_name_)) return bare_fail(EINVAL);
  return jail;
}

Result<std::vector<pid_t>> HostJails::processes(JailId jid) {
  CB_TRY(const Jail* jail, visible(jid));
  CB_TRY(int groups, cgroups());
  CB_TRY(const record::State* state, registry_.refresh());
  std::set<std::string> below;
  for (const auto& [inner, other] : state->snapshot.jails)
    if (other.prison.parent == jid) below.insert(other.runtime.cgroup);
  CB_TRY(std::vector<pid_t> pids, sys::group_processes(groups, jail->runtime.cgroup, below));
  std::erase(pids, jail->runtime.keeper);
  return pids;
}

}  // namespace cellblock::kernel
