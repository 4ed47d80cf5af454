#include "model/set_descend.hpp"

#include <algorithm>
#include <cerrno>
#include <map>

#include "model/set_address.hpp"

namespace cellblock::model {
namespace {

constexpr size_t max_name = 255;

template <class T>
bool put(T& slot, const T& value) {
  if (slot == value) return false;
  slot = value;
  return true;
}

ptrdiff_t depth_of(const std::string& name) { return std::ranges::count(name, '.'); }

bool concerns_descendants(const SetRequest& request, const Prison& before, const Prison& after) {
  return before.name != after.name || request.denied.any() ||
         request.has_any({"securelevel", "children.max", "enforce_statfs", "devfs_ruleset", "host", "host.hostname",
                          "host.domainname", "host.hostuuid", "host.hostid", "ip4.addr", "ip6.addr", "sysvmsg",
                          "sysvsem", "sysvshm"});
}

bool lower(const SetRequest& request, const Prison& after, Prison& prison) {
  bool changed = put(prison.allow, prison.allow & ~request.denied);
  if (request.has("securelevel"))
    changed |= put(prison.securelevel, std::max(prison.securelevel, after.securelevel));
  if (request.has("enforce_statfs"))
    changed |= put(prison.enforce_statfs, std::max(prison.enforce_statfs, after.enforce_statfs));
  if (request.has("devfs_ruleset")) changed |= put(prison.devfs_ruleset, after.devfs_ruleset);
  if (request.has("children.max")) {
    auto level = static_cast<int>(depth_of(prison.name) - depth_of(after.name));
    int limit = std::max(after.children_max - level, 0);
    changed |= put(prison.children_max, std::min(prison.children_max, limit));
  }
  return changed;
}

/// What a jail has from its parent because it has none of its own.
bool follow(Prison& prison, const Prison& parent) {
  bool changed = false;
  if (prison.host == Sys::inherit) {
    changed |= put(prison.hostname, parent.hostname);
    changed |= put(prison.domainname, parent.domainname);
    changed |= put(prison.hostuuid, parent.hostuuid);
    changed |= put(prison.hostid, parent.hostid);
  }
  for (Sys Prison::*ipc : {&Prison::sysvmsg, &Prison::sysvsem, &Prison::sysvshm})
    if (prison.*ipc == Sys::inherit && parent.*ipc == Sys::disable) changed |= put(prison.*ipc, Sys::disable);
  for (const Family& family : families()) changed |= restrict_addresses(prison, parent, family);
  return changed;
}

}  // namespace

Result<std::vector<Prison>> change_descendants(const Snapshot& now, const SetRequest& request, const Prison& before,
                                               const Prison& after) {
  std::vector<Prison> changed;
  if (!concerns_descendants(request, before, after)) return changed;
  std::vector<Prison> below;
  for (const auto& [jid, jail] : now.jails)
    if (is_below(jail.prison.name, before.name)) below.push_back(jail.prison);
  std::ranges::stable_sort(below, {}, [](const Prison& prison) { return depth_of(prison.name); });
  std::map<JailId, const Prison*> by_jid{{after.jid, &after}};
  for (Prison& prison : below) {
    bool differs = before.name != after.name;
    prison.name.replace(0, before.name.size(), after.name);
    if (prison.name.size() > max_name) return refuse(ENAMETOOLONG);
    differs |= lower(request, after, prison);
    auto parent = by_jid.find(prison.parent);
    if (parent != by_jid.end()) differs |= follow(prison, *parent->second);
    by_jid[prison.jid] = &prison;
    if (differs) changed.push_back(prison);
  }
  return changed;
}

}  // namespace cellblock::model
