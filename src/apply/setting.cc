// What a jail is to become: addresses looked up, fstab files read, changes found and made.
#include <limits.h>
#include <stdlib.h>

#include "apply/mounting.hpp"
#include "apply/scheduler.hpp"
#include "plan/change.hpp"
#include "plan/wants.hpp"

namespace cellblock::apply {
namespace {

void append_value(model::Wanted& wanted, std::string_view name, const std::string& value) {
  for (model::Setting& setting : wanted.settings)
    if (setting.name == name) return setting.values.push_back(value);
  wanted.settings.push_back({std::string(name), {value}});
}

/// A running jail's path has no symbolic links in it.
model::Wanted with_real_path(const model::Wanted& wanted) {
  model::Wanted resolved = wanted;
  char real[PATH_MAX];
  for (model::Setting& setting : resolved.settings)
    if (setting.name == "path" && !setting.bare() && ::realpath(setting.values.back().c_str(), real))
      setting.values = {real};
  return resolved;
}

}  // namespace

bool Scheduler::resolve_hostname(Job& job) {
  bool only_stops = (job.ops & (op_start | op_set)) == 0;
  if (only_stops && !plan::text_of(job.wanted, "interface")) return true;
  const std::string* host = plan::text_of(job.wanted, "host.hostname");
  if (!host || !questions_.look_up || !plan::is_true(job.wanted, "ip_hostname")) return true;
  auto addresses = questions_.look_up(*host);
  if (!addresses) {
    executor_.warn(job, fmt::format("host.hostname {}: {}", *host, addresses.error().text()));
    return false;
  }
  for (const std::string& address : *addresses)
    append_value(job.wanted, address.find(':') == address.npos ? "ip4.addr" : "ip6.addr", address);
  return true;
}

bool Scheduler::read_fstabs(Job& job) {
  bool good = true;
  for (const std::string& file : plan::values_of(job.wanted, "mount.fstab")) {
    if (file.empty()) continue;
    auto lines = read_fstab(file);
    if (!lines) {
      executor_.warn(job, "mount.fstab: " + lines.error().text());
      good = false;
      continue;
    }
    job.fstab.insert(job.fstab.end(), lines->begin(), lines->end());
  }
  return good;
}

Result<std::vector<std::string>> Scheduler::create_only_changes(Job& job) {
  model::Jail found;
  if (!job.running) {
    CB_TRY(found, ports_.jails.find(std::to_string(job.jid)));
  }
  const model::Prison& prison = job.running ? job.running->prison : found.prison;
  return plan::create_only_changes(with_real_path(job.wanted), prison);
}

/// What net.* say nothing of stays as it is. What they say of a cable is all that it is to be.
Result<CableChanges> Scheduler::cable_changes(Job& job) {
  CableChanges changes;
  if (plan::cable_names(job.wanted).empty()) return changes;
  CB_TRY(model::Jail jail, ports_.jails.find(std::to_string(job.jid)));
  changes.keeper = jail.runtime.keeper;
  CB_TRY(std::vector<model::CableWish> wishes, plan::cables_of(plan::of_running(job.wanted, jail.prison)));
  for (model::CableWish& wish : wishes) {
    if (wish.cable) {
      CB_TRY(bool same, ports_.links.has(*wish.cable, job.jid));
      if (same) continue;
      if (wish.cable->dhcp)
        return cellblock::fail(Why::invalid, "{}: dhcp: only a restart of the jail asks a server", model::name_for(wish.name, "net.address"));
    }
    changes.cables.push_back(std::move(wish));
  }
  CB_CHECK(ports_.links.check(changes.cables, job.jid));
  return changes;
}

bool Scheduler::update(Job& job) {
  auto changes = create_only_changes(job);
  if (!changes) return executor_.warn(job, changes.error().text()), false;
  if (!changes->empty()) {
    executor_.warn(job, changes->front() + " cannot be changed after creation");
    return false;
  }
  auto cables = cable_changes(job);
  if (!cables) return executor_.warn(job, cables.error().text()), false;
  std::vector<model::Setting> settings = plan::modify(job.wanted, job.jid);
  if (settings.size() > 1) {
    auto changed = ports_.jails.set(settings, model::SetMode::update, /*attaching=*/false);
    std::string why = changed ? "" : changed.error().chain.empty() ? "jail_set: " + changed.error().text()
                                                                   : changed.error().text();
    executor_.note_set(job, "JAIL_UPDATE", settings, why);
    if (!changed) return executor_.warn(job, why), false;
  }
  if (!cables->cables.empty()) {
    if (auto changed = ports_.links.change(cables->cables, job.jid, cables->keeper); !changed) return executor_.warn(job, changed.error().text()), false;
  }
  if (orders_.verbosity > 0 || (orders_.verbosity == 0 && !job.label.empty())) executor_.note(job, "updated");
  return true;
}

}  // namespace cellblock::apply
