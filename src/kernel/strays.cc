#include "kernel/strays.hpp"

#include <fcntl.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <string_view>
#include <unordered_set>

#include "kernel/cable_remains.hpp"
#include "kernel/host_links.hpp"
#include "kernel/host_mounts.hpp"
#include "kernel/process_mark.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

using record::AliasMade;
using record::MountMade;
using record::State;
using Names = std::unordered_set<std::string_view>;

/// Newest first, so that a later mount never hides an earlier one.
template <class Made>
std::vector<Made> newest_first(const std::vector<Made>& all, const std::function<bool(const Made&)>& is_stray) {
  std::vector<Made> strays;
  std::copy_if(all.rbegin(), all.rend(), std::back_inserter(strays), is_stray);
  return strays;
}

Result<> undo(Registry& registry, const std::vector<MountMade>& mounts, std::vector<std::string>& done) {
  for (const MountMade& made : mounts) {
    CB_TRY(bool unmounted, undo_mount(made));
    CB_CHECK(registry.append(record::unmount_line(made.target)));
    if (unmounted) done.push_back(fmt::format("{}: unmounted", made.target));
  }
  return {};
}

Result<> undo(Registry& registry, const std::vector<AliasMade>& aliases, std::vector<std::string>& done) {
  for (const AliasMade& made : aliases) {
    auto removed = delete_address(made.interface, made.address, made.prefix);
    if (!removed && removed.error().why != Why::absent) return pass(std::move(removed.error()));
    CB_CHECK(registry.append(record::unalias_line(made)));
    if (removed && *removed) done.push_back(fmt::format("{}: address {} removed", made.interface, made.address));
  }
  return {};
}

}  // namespace

std::string real_root(const std::string& root) {
  auto directory = sys::open(root, O_PATH | O_DIRECTORY);
  if (!directory) return root;
  return sys::path_of(directory->get()).value_or(root);
}

bool is_alive(const State& state, const model::Jail& jail) {
  auto maker = state.makers.find(jail.prison.jid);
  return maker == state.makers.end() ? is_alive(jail.runtime) : is_alive(maker->second);
}

Result<> undo_strays(Registry& registry, std::vector<std::string>& done, Owners owners) {
  CB_CHECK(mend_cables(registry, done));
  CB_TRY(const State* state, registry.refresh());
  if (state->mounts.empty() && state->aliases.empty()) return {};
  Names roots, addresses;
  for (const auto& [jid, jail] : state->snapshot.jails) {
    roots.insert(jail.prison.path);
    addresses.insert(jail.prison.ip4_addr.begin(), jail.prison.ip4_addr.end());
    addresses.insert(jail.prison.ip6_addr.begin(), jail.prison.ip6_addr.end());
  }
  auto is_done = [&](const record::Process& owner) {
    return !is_alive(owner) || (owners == Owners::dead_or_self && owner == this_process());
  };
  auto mounts = newest_first<MountMade>(state->mounts, [&](const MountMade& made) {
    return !roots.contains(made.root) && is_done(made.owner) && !roots.contains(real_root(made.root));
  });
  auto aliases = newest_first<AliasMade>(
      state->aliases, [&](const AliasMade& made) { return !addresses.contains(made.address) && is_done(made.owner); });
  CB_CHECK(undo(registry, mounts, done));
  return undo(registry, aliases, done);
}

Result<> undo_strays_below(Registry& registry, const std::string& root) {
  CB_TRY(const State* state, registry.refresh());
  auto mounts = newest_first<MountMade>(
      state->mounts, [&](const MountMade& made) { return made.root == root && !is_alive(made.owner); });
  if (mounts.empty()) return {};
  const std::string real = real_root(root);
  for (const auto& [jid, jail] : state->snapshot.jails)
    if (jail.prison.path == real && is_alive(*state, jail)) return {};
  std::vector<std::string> done;
  return undo(registry, mounts, done);
}

}  // namespace cellblock::kernel
