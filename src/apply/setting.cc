// What a jail is to become: addresses looked up, fstab files read, changes found and made.
#include <limits.h>
#include <stdlib.h>

#include "apply/mounting.hpp"
#include "apply/scheduler.hpp"
#include "plan/cable.hpp"
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

/// Nothing: net.* say nothing of it, and the jail keeps what it has. What they say is all that the cable is to be.
Result<std::optional<CableChange>> Scheduler::cable_change(Job& job) {
  if (!plan::wants_cable(job.wanted)) return std::nullopt;
  CB_TRY(model::Jail jail, ports_.jails.find(std::to_string(job.jid)));
  CableChange change{.keeper = jail.runtime.keeper};
  CB_TRY(change.cable, plan::cable_of(plan::of_running(job.wanted, jail.prison)));
  if (!change.cable) return change;
  CB_TRY(bool same, ports_.links.has(*change.cable, job.jid));
  if (same) return std::nullopt;
  if (change.cable->dhcp) return cellblock::fail(Why::invalid, "net.address: dhcp: only a restart of the jail asks a server");
  CB_CHECK(ports_.links.check(*change.cable, job.jid));
  return change;
}

bool Scheduler::update(Job& job) {
  auto changes = create_only_changes(job);
  if (!changes) return executor_.warn(job, changes.error().text()), false;
  if (!changes->empty()) {
    executor_.warn(job, changes->front() + " cannot be changed after creation");
    return false;
  }
  auto cable = cable_change(job);
  if (!cable) return executor_.warn(job, cable.error().text()), false;
  std::vector<model::Setting> settings = plan::modify(job.wanted, job.jid);
  if (settings.size() > 1) {
    auto changed = ports_.jails.set(settings, model::SetMode::update, /*attaching=*/false);
    std::string why = changed ? "" : changed.error().chain.empty() ? "jail_set: " + changed.error().text()
                                                                   : changed.error().text();
    executor_.note_set(job, "JAIL_UPDATE", settings, why);
    if (!changed) return executor_.warn(job, why), false;
  }
  if (const auto& to = *cable) {
    auto changed = ports_.links.change(to->cable ? &*to->cable : nullptr, job.jid, to->keeper);
    if (!changed) return executor_.warn(job, changed.error().text()), false;
  }
  if (orders_.verbosity > 0 || (orders_.verbosity == 0 && !job.label.empty())) executor_.note(job, "updated");
  return true;
}

}  // namespace cellblock::apply
