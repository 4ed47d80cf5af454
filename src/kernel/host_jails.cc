#include "kernel/host_jails.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "kernel/devices.hpp"
#include "kernel/entry.hpp"
#include "kernel/faults.hpp"
#include "kernel/fuse_abort.hpp"
#include "kernel/host_mounts.hpp"
#include "kernel/inlays.hpp"
#include "kernel/jail_addresses.hpp"
#include "kernel/lent.hpp"
#include "kernel/own_mounts.hpp"
#include "kernel/policy.hpp"
#include "kernel/process_mark.hpp"
#include "kernel/resolver_inlay.hpp"
#include "kernel/shadow.hpp"
#include "model/sysctl_store.hpp"
#include "port/latency.hpp"
#include "sys/cgroup.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace cellblock::kernel {
namespace {

using model::Jail;
using model::JailId;
using model::Prison;
using model::Runtime;
using model::Setting;
using model::Sys;

/// Host ids from here on belong to jails: above everything that distributions hand out to users, sub-ids
/// (/etc/subuid starts at 100000 and grows by 65536 a user) and systemd's dynamic ranges.
constexpr uint32_t first_uid_base = 0x30000000;
constexpr uint32_t uid_ranges = (0xfff00000u - first_uid_base) / model::ids_per_jail;


uint32_t uid_base_for(const model::Snapshot& now, JailId jid) {
  uint32_t slot = static_cast<uint32_t>(jid) % uid_ranges;
  auto taken = [&](uint32_t base) {
    return std::any_of(now.jails.begin(), now.jails.end(),
                       [&](const auto& entry) { return entry.second.runtime.uid_base == base; });
  };
  // More jids than ranges: a collision needs two jids 53,000 apart, so the scan is rare.
  bool wraps = static_cast<uint32_t>(jid) >= uid_ranges || (!now.jails.empty() && static_cast<uint32_t>(now.jails.rbegin()->first) >= uid_ranges);
  while (wraps && taken(first_uid_base + slot * model::ids_per_jail)) slot = (slot + 1) % uid_ranges;
  return first_uid_base + slot * model::ids_per_jail;
}

/// Below a jail with the host's ids there are no others: its root would own the user namespace of the inner one, and be
/// root of the host over what that one has mounted.
void keep_host_ids(const model::Snapshot& now, Prison& prison) {
  const Jail* parent = prison.parent ? now.find(prison.parent) : nullptr;
  if (parent && parent->runtime.uid_base == 0) prison.linux_userns = Sys::inherit;
}

Runtime runtime_for(const model::Snapshot& now, const Prison& prison) {
  const Jail* parent = prison.parent ? now.find(prison.parent) : nullptr;
  Runtime runtime;
  runtime.cgroup = (parent ? parent->runtime.cgroup : std::string("cellblock")) + "/" + std::to_string(prison.jid);
  if (parent && parent->runtime.uid_base)
    runtime.uid_base = parent->runtime.uid_base;
  else if (prison.linux_userns != Sys::inherit)
    runtime.uid_base = uid_base_for(now, prison.jid);
  return runtime;
}

const Setting* find_setting(const std::vector<Setting>& settings, std::string_view name) {
  for (const Setting& setting : settings)
    if (setting.name == name) return &setting;
  return nullptr;
}

/// The real path of parameter path, as the kernel will know it. A jail's own path is resolved within its root:
/// whatever links it has made lead nowhere else.
Result<std::string> resolve_path(const std::string& root, const std::string& path) {
  auto open = [&]() -> Result<Fd> {
    if (root == "/") return sys::open(path, O_PATH | O_DIRECTORY);
    CB_TRY(Fd top, sys::open_real(root, O_PATH | O_DIRECTORY));
    return sys::open_resolved(top.get(), path.c_str(), O_PATH | O_DIRECTORY, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
  };
  auto directory = open();
  if (!directory) return sys_fail(directory.error().sys, "path {}", path);
  return sys::path_of(directory->get());
}

/// A Linux program in a jail sees the host's compat.linux.osrelease, where that is set, as FreeBSD's do.
std::string linux_release() {
  auto text = sys::read_file(model::sysctl_store_path);
  if (!text) return {};
  return model::parse_sysctl_store(*text).get("compat.linux.osrelease").value_or("");
}

Result<std::vector<Setting>> with_real_path(std::vector<Setting> settings, const std::string& root) {
  for (Setting& setting : settings) {
    if (setting.name != "path" || setting.values.empty() || setting.values.back().empty()) continue;
    CB_TRY(setting.values.back(), resolve_path(root, setting.values.back()));
  }
  return settings;
}

}  // namespace

Result<std::unique_ptr<HostJails>> HostJails::open(JailId caller) {
  // Helpers and newborns run in this process' memory while they are partly in a jail: no one there may trace it.
  if (::prctl(PR_SET_DUMPABLE, 0) < 0) return sys_fail(errno, "prctl");
  CB_TRY(Fd self, sys::open_process(::getpid()));  // without it no jail could be told dead or alive
  CB_TRY(Home home, Home::open(true));
  std::unique_ptr<HostJails> jails(new HostJails(std::move(home)));
  if (caller == 0) return jails;
  CB_TRY(const record::State* state, jails->registry_.refresh());
  const Jail* jail = state->snapshot.find(caller);
  if (!jail) return sys_fail(ESRCH, "jail {}", caller);
  jails->caller_ = caller;
  jails->caller_name_ = jail->prison.name;
  jails->caller_path_ = jail->prison.path;
  return jails;
}

Result<int> HostJails::cgroups() {
  if (!cgroups_) {
    CB_TRY(cgroups_, sys::open_cgroup_root(std::string(home_path) + "/cgroup"));
    CB_CHECK(sys::make_directory(cgroups_.get(), "cellblock", 0755), "cgroup");
  }
  return cgroups_.get();
}

// ---- jail_set ----

Result<> HostJails::clear_the_way(const std::vector<Setting>& settings) {
  CB_TRY(const record::State* state, registry_.refresh());
  for (std::string_view key : {"name", "jid"}) {
    const Setting* setting = find_setting(settings, key);
    if (!setting || setting->bare()) continue;
    const Jail* jail = state->snapshot.find_word(setting->values.back(), caller_name_);
    if (!jail || is_alive(jail->runtime)) continue;
    auto maker = state->makers.find(jail->prison.jid);
    if (maker != state->makers.end() && is_alive(maker->second)) continue;
    CB_CHECK(kill_tree(*jail));
    CB_TRY(state, registry_.refresh());
  }
  return {};
}

Result<JailId> HostJails::set(const std::vector<Setting>& given, model::SetMode mode, bool attaching) {
  CB_TRY(std::vector<Setting> settings, with_real_path(given, caller_path_.empty() ? "/" : caller_path_));
  CB_CHECK(clear_the_way(settings));
  latency::mark("registry read");
  model::SetOutcome outcome;
  Jail jail, before;
  std::vector<Jail> changed;
  CB_CHECK(registry_.update([&](const record::State& state) -> Result<std::string> {
    CB_TRY(outcome, model::jail_set(state.snapshot, {}, caller_, settings, mode, attaching));
    if (outcome.created) keep_host_ids(state.snapshot, outcome.prison);
    jail.prison = outcome.prison;
    if (outcome.created && jail.prison.linux_osrelease.empty() && jail.prison.osrelease.empty())
      jail.prison.linux_osrelease = linux_release();
    if (const Jail* known = state.snapshot.find(outcome.prison.jid)) before = *known;
    jail.runtime = outcome.created ? runtime_for(state.snapshot, outcome.prison) : before.runtime;
    std::string lines = record::jail_line(jail, outcome.created ? std::optional(this_process()) : std::nullopt);
    for (const Prison& other : outcome.also)
      if (const Jail* known = state.snapshot.find(other.jid)) {
        changed.push_back(*known);
        lines += record::jail_line({other, known->runtime}, std::nullopt);
      }
    if (!outcome.created) changed.push_back(before);
    return lines;
  }));
  latency::mark("reserved");
  if (!changed.empty()) CB_CHECK(change_addresses(changed));
  if (outcome.created)
    CB_CHECK(create(jail));
  else
    CB_CHECK(apply_changes(before, outcome.prison));
  return jail.prison.jid;
}

Result<> HostJails::create(Jail& jail) {
  CB_TRY(const record::State* state, registry_.refresh());
  std::optional<Runtime> parent;
  if (const Jail* around = jail.prison.parent ? state->snapshot.find(jail.prison.parent) : nullptr) parent = around->runtime;
  auto raised = raise(jail, parent ? &*parent : nullptr, state->snapshot);
  if (!raised) {
    if (auto buried = bury(jail); !buried)
      return pass(raised.error(), "{} (and then: {})", jail.prison.name, buried.error().text());
    return raised;
  }
  if (!jail.prison.persist) held_.insert(jail.prison.jid);
  return {};
}

/// A jail that mounts for itself may make groups below its own (cgroups(7), delegation). Its limits stay the
/// host's: those files keep their owner.
Result<> delegate_group(int group, uint32_t owner) {
  if (::fchown(group, owner, owner) < 0) return sys_fail(errno, "cgroup");
  for (const char* file : {"cgroup.procs", "cgroup.threads", "cgroup.subtree_control"})
    if (::fchownat(group, file, owner, owner, 0) < 0) return sys_fail(errno, "cgroup {}", file);
  return {};
}

/// An init of the jail's own looks for a sysfs, which a user namespace may not mount.
bool wants_sysfs(const Prison& prison, int root) {
  return prison.linux_mount &&
         sys::open_resolved(root, "sys", O_PATH | O_DIRECTORY, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS).has_value();
}

/// Whether root in the jail, or in one around it, has the mount system calls.
bool mounts_freely(const model::Snapshot& now, const Prison& prison) {
  const Jail* parent = prison.parent ? now.find(prison.parent) : nullptr;
  return prison.linux_mount || (parent && mounts_freely(now, parent->prison));
}

Result<> HostJails::raise(Jail& jail, const Runtime* parent, const model::Snapshot& now) {
  CB_CHECK(faults::step("reserved"));
  CB_TRY(int groups, cgroups());
  CB_TRY(Fd group, sys::make_group(groups, jail.runtime.cgroup));
  if (jail.prison.linux_mount && jail.runtime.uid_base) CB_CHECK(delegate_group(group.get(), jail.runtime.uid_base));
  latency::mark("cgroup");
  CB_CHECK(JailAddresses(home_, groups).hold(jail, now));
  CB_CHECK(faults::step("addresses"));
  CB_CHECK(faults::step("cgroup"));
  CB_TRY(Fd root, sys::open_real(jail.prison.path, O_PATH | O_DIRECTORY), "path");
  CB_TRY(Found found, find_inlays(jail.prison.path));
  jail.prison.mount_procfs |= found.proc;
  CB_CHECK(add_resolver(home_, jail.prison, root.get(), found.inlays));
  BirthRequest request{jail.prison, parent, jail.runtime.uid_base, group.get(), root.get(), std::move(found.inlays), {}};
  request.sysfs = wants_sysfs(jail.prison, root.get());
  request.mounts_freely = mounts_freely(now, jail.prison);
  if (jail.prison.mount_devfs || found.dev) {
    CB_TRY(request.dev, device_tree(home_, jail.prison), "mount.devfs");
  }
  latency::mark("mounts found");
  CB_CHECK(faults::step("mounts found"));
  CB_TRY(Newborn newborn, give_birth(home_, request));
  CB_CHECK(faults::step("born"));
  CB_TRY(sys::ProcessMark mark, sys::mark_of(newborn.pid, newborn.pidfd.get()));
  jail.runtime.keeper = newborn.pid;
  jail.runtime.keeper_inode = mark.inode;
  jail.runtime.keeper_start = mark.start;
  CB_CHECK(registry_.append(record::run_line(jail.prison.jid, jail.runtime)));
  latency::mark("recorded");
  CB_CHECK(faults::step("recorded"));
  return {};
}

Result<> HostJails::apply_changes(const Jail& before, const Prison& now) {
  const Runtime& runtime = before.runtime;
  CB_TRY(Fd keeper, sys::open_process(runtime.keeper, {runtime.keeper_inode, runtime.keeper_start}), "jail {}", now.name);
  bool named = now.hostname != before.prison.hostname || now.domainname != before.prison.domainname;
  if (named && now.host != Sys::inherit) {
    CB_TRY(Fd own, sys::open("/proc/self/ns/uts", O_RDONLY));
    if (::setns(keeper.get(), CLONE_NEWUTS) < 0) return sys_fail(errno, "setns uts");
    int failed = ::sethostname(now.hostname.data(), now.hostname.size()) |
                 ::setdomainname(now.domainname.data(), now.domainname.size());
    int error = errno;
    if (::setns(own.get(), CLONE_NEWUTS) < 0) return sys_fail(errno, "setns uts back");
    if (failed) return sys_fail(error, "host.hostname");
  }
  if (now.persist && !before.prison.persist && now.linux_init.empty()) return sys::send_signal(keeper.get(), SIGUSR1);
  if (!now.persist && before.prison.persist) return end_if_empty({now, runtime});
  return {};
}

Result<> HostJails::change_addresses(const std::vector<Jail>& before) {
  CB_TRY(int groups, cgroups());
  JailAddresses addresses(home_, groups);
  CB_TRY(Fd lock, addresses.lock());
  CB_TRY(const record::State* state, registry_.refresh());
  for (const Jail& old : before)
    if (const Jail* now = state->snapshot.find(old.prison.jid))
      CB_CHECK(addresses.change(old.prison, *now, state->snapshot), "{}", now->prison.name);
  return {};
}

// ---- jail_attach ----

Result<port::Child> HostJails::enter(JailId jid, const port::Entry& entry) {
  CB_TRY(const Jail* jail, visible(jid));
  CB_TRY(int groups, cgroups());
  CB_TRY(Fd group, entry_group(groups, jail->runtime, entry.fib), "jail_attach");
  CB_CHECK(faults::step("entry"));
  CB_TRY(port::Child child, enter_jail(*jail, group.get(), entry));
  faults::passed("entered");
  if (held_.erase(jid) && jail->prison.linux_init.empty()) {
    // Created without persist: from its first process on it lives as long as it has one.
    const Runtime& runtime = jail->runtime;
    auto keeper = sys::open_process(runtime.keeper, {runtime.keeper_inode, runtime.keeper_start});
    if (keeper) (void)sys::send_signal(keeper->get(), SIGUSR2);
  }
  return child;
}

void HostJails::left(JailId jid) {
  auto jail = visible(jid);
  if (!jail || (*jail)->prison.persist) return;
  (void)end_if_empty(**jail);
}

Result<> HostJails::end_if_empty(const Jail& ended_or_not) {
  const Jail jail = ended_or_not;  // it may lie in what refresh() changes
  if (!jail.prison.linux_init.empty()) return {};  // it ends with its init
  const Runtime& runtime = jail.runtime;
  auto keeper = sys::open_process(runtime.keeper, {runtime.keeper_inode, runtime.keeper_start});
  if (!keeper && keeper.error().why != Why::absent) return pass(std::move(keeper.error()));
  if (!keeper) return bury(jail);
  CB_CHECK(sys::send_signal(keeper->get(), SIGUSR2));
  CB_TRY(int groups, cgroups());
  auto pids = sys::group_processes(groups, runtime.cgroup);
  bool others = pids && std::any_of(pids->begin(), pids->end(), [&](pid_t pid) { return pid != runtime.keeper; });
  if (others) return {};
  CB_TRY(bool ended, sys::wait_end(keeper->get(), patience_ms));
  latency::mark("ended");
  return ended ? bury(jail) : Result<>();
}

// ---- jail_remove ----

Result<> HostJails::remove(JailId jid) {
  CB_TRY(const Jail* jail, visible(jid));
  return kill_tree(*jail);
}

Result<> HostJails::kill_tree(Jail jail, int patience) {
  CB_TRY(const record::State* state, registry_.refresh());
  std::vector<Jail> inner;
  for (const auto& [jid, other] : state->snapshot.jails)
    if (other.prison.parent == jail.prison.jid) inner.push_back(other);
  for (const Jail& other : inner) CB_CHECK(kill_tree(other, patience));
  CB_TRY(int groups, cgroups());
  const Runtime& runtime = jail.runtime;
  CB_CHECK(faults::step("remove"));
  auto keeper = sys::open_process(runtime.keeper, {runtime.keeper_inode, runtime.keeper_start});
  Fd network;  // held until what the jail around it has lent is back: a cable's end would end with the jail, and the other end too
  if (jail.prison.vnet == Sys::fresh && jail.prison.parent && runtime.keeper && keeper) network = net::network_of(runtime.keeper).value_or(Fd());
  if (runtime.keeper && keeper) (void)sys::send_signal(keeper->get(), SIGKILL);
  CB_CHECK(sys::kill_group(groups, runtime.cgroup), "jail_remove");
  // Usually process 1 ends at once. It can't while a stopped jexec(8) outside still owns a dead process of the
  // jail; the group is empty then all the same.
  if (runtime.keeper && keeper) CB_CHECK(sys::wait_end(keeper->get(), 50).map([](bool) {}));
  CB_TRY(bool empty, wait_empty(runtime, patience));
  if (!empty) return fail(Why::timed_out, "jail_remove: processes of jail {} do not end", jail.prison.name);
  bring_home(registry_, jail);
  if (network) return_to_parent(registry_, network.get(), jail.prison.parent);
  CB_CHECK(faults::step("killed"));
  return bury(jail);
}

Result<bool> HostJails::wait_empty(const Runtime& runtime, int patience) {
  CB_TRY(int groups, cgroups());
  CB_TRY(bool at_once, sys::wait_group_empty(groups, runtime.cgroup, soon_ms));
  if (at_once) return true;
  CB_CHECK(abort_user_file_systems(runtime.uid_base));
  return sys::wait_group_empty(groups, runtime.cgroup, patience);
}

Result<> HostJails::bury(const Jail& jail) {
  const JailId jid = jail.prison.jid;
  const Runtime& runtime = jail.runtime;
  CB_TRY(int groups, cgroups());
  JailAddresses addresses(home_, groups);
  const uint64_t group = addresses.group_of(jail);
  // Mostly the group is empty by now. To kill what is not there would take as long as everything else here.
  if (!sys::remove_directory(groups, runtime.cgroup.c_str())) {
    CB_CHECK(sys::kill_group(groups, runtime.cgroup));
    CB_TRY(bool empty, wait_empty(runtime, patience_ms));
    if (!empty) return fail(Why::timed_out, "processes in cgroup {} do not end", runtime.cgroup);
    CB_CHECK(sys::remove_group(groups, runtime.cgroup), "cgroup");
  }
  CB_CHECK(faults::step("group removed"));
  if (jail.prison.vnet == Sys::fresh) bring_home(registry_, jail);
  CB_CHECK(addresses.release(jail, group));
  held_.erase(jid);
  OwnMounts::forget(home_, jid);
  if (!jail.prison.net_dns.empty()) forget_resolver(home_, jid);
  if (is_restricted(jail.prison)) forget_shadow(home_, jid);
  CB_CHECK(registry_.append(record::end_line(jid)));
  latency::mark("buried");
  return {};
}

}  // namespace cellblock::kernel
