// The executor's steps on the host around a jail: addresses, mounts, datasets, interfaces.
#include "apply/executor.hpp"
#include "apply/mounting.hpp"
#include "apply/path_check.hpp"
#include "base/text.hpp"
#include "plan/alias.hpp"
#include <algorithm>
#include "plan/cables.hpp"
#include "plan/command.hpp"
#include "plan/wants.hpp"

namespace cellblock::apply {

using plan::Act;

/// On FreeBSD these steps are programs: first the program itself says why, without jail(8)'s name.
Outcome Executor::refused(const Job& job, std::string_view tool, std::string_view why) {
  ports_.voice.complain(fmt::format("{}: {}\n", tool, why));
  warn(job, job.command + ": failed");
  return Outcome::failed;
}

Outcome Executor::alias(Job& job, const plan::Step& step) {
  bool add = step.act == Act::add_alias;
  bool is_found = std::ranges::find(job.found_aliases, step.argument) != job.found_aliases.end();
  if (!add && job.phase == Phase::unwinding && is_found) return Outcome::done;
  plan::Family family = plan::family_of(step);
  plan::Alias alias = plan::split_alias(step.argument);
  job.command = plan::show_words(plan::ifconfig_words(alias, family, add ? "alias" : "-alias"));
  note_command(job, "", job.manner.system_user);
  auto prefix = plan::prefix_of(alias.mask, family);
  if (!prefix) return refused(job, "ifconfig", alias.mask + ": bad value");
  auto changed = add ? ports_.links.add_alias(alias.interface, alias.address, *prefix)
                     : ports_.links.remove_alias(alias.interface, alias.address, *prefix);
  if (changed) return Outcome::done;
  // The wish is fulfilled already; SIOCAIFADDR on FreeBSD takes an address that is there, too. What undoes a start leaves it
  // there; the stop of a jail takes it away, as FreeBSD's does.
  if (add && changed.error().why == Why::exists) job.found_aliases.push_back(step.argument);
  if (changed.error().why == (add ? Why::exists : Why::absent)) return Outcome::done;
  return refused(job, "ifconfig", changed.error().text());
}

Outcome Executor::mount(Job& job, const plan::Step& step) {
  auto parsed = conf::parse_fstab_line(step.argument);
  if (!parsed) return warn(job, fmt::format("{}: {}", step.parameter, parsed.error().text())), Outcome::failed;
  if (parsed->target.empty()) return Outcome::done;
  if (auto good = check_path(job.manner.path, parsed->target, Leaf::must_exist); !good)
    return warn(job, fmt::format("{}: {}", step.parameter, good.error().text())), Outcome::failed;
  bool up = step.act == Act::mount;
  job.command = up ? mount_command(*parsed) : umount_command(*parsed);
  note_command(job, "", job.manner.system_user);
  port::MountRequest request = request_of(*parsed, job.manner.path);
  auto changed = up ? ports_.mounts.mount(request) : ports_.mounts.unmount(request);
  if (changed) return Outcome::done;
  return refused(job, up ? "mount" : "umount", changed.error().text());
}

/// Nothing is mounted on the host: the kernel side mounts it at the jail's creation, in the jail's own mount
/// namespace, and it goes with the jail. What FreeBSD would refuse is refused here.
Outcome Executor::own_mount(Job& job, const plan::Step& step) {
  if (job.manner.path.empty()) {
    warn(job, fmt::format("{}: no jail root path defined", step.parameter));
    return Outcome::failed;
  }
  const std::string* ruleset = plan::text_of(job.wanted, "devfs_ruleset");
  OwnMount mount = apply::own_mount(step.parameter, job.manner.path, ruleset ? *ruleset : "");
  bool down = job.phase != Phase::starting;
  // dev/fd comes with devfs, which is not mounted yet.
  bool checked_by_devfs = step.parameter == "mount.fdescfs" && plan::is_true(job.wanted, "mount.devfs");
  if (!down && !checked_by_devfs)
    if (auto good = check_path(job.manner.path, mount.target, Leaf::must_exist); !good)
      return warn(job, fmt::format("{}: {}", step.parameter, good.error().text())), Outcome::failed;
  job.command = down ? mount.umount_command : mount.mount_command;
  note_command(job, "", job.manner.system_user);
  return Outcome::done;
}

Outcome Executor::dataset(Job& job, const plan::Step& step) {
  std::string verb = step.act == Act::attach_dataset ? "jail" : "unjail";
  port::Entry entry;
  entry.argv = {"zfs", verb, std::to_string(job.jid), step.argument};
  entry.environment = environment(job, /*with_bsd_commands=*/true);
  job.command = plan::show_words(entry.argv);
  job.inside = false;
  job.ignore_status = true;  // FreeBSD, too, only says that a dataset has no `jailed=on`
  note_command(job, "", job.manner.system_user);
  return wait_for(job, ports_.programs.run(entry), /*background=*/false);
}

Outcome Executor::move(Job& job, const plan::Step& step) {
  bool in = step.act == Act::move_in;
  job.command = fmt::format("/sbin/ifconfig {} {} {}", step.argument, in ? "vnet" : "-vnet", job.jid);
  if (in || job.phase == Phase::unwinding) note_command(job, "", job.manner.system_user);
  auto jail = ports_.jails.find(std::to_string(job.jid));
  auto moved = !jail ? Result<>(pass(std::move(jail.error())))
               : in  ? ports_.links.move_in(step.argument, *jail)
                     : ports_.links.move_back(step.argument, *jail);
  // On the way back it is a precaution: the removal of the jail returns what is left in it.
  if (moved || !in) return Outcome::done;
  return refused(job, "ifconfig", moved.error().text());
}

/// No program of FreeBSD's stands behind these: one line says what is wrong.
Outcome Executor::cable(Job& job, const plan::Step& step) {
  if (step.act == Act::disconnect) {
    auto gone = ports_.links.disconnect(job.jid);
    if (!gone) warn(job, gone.error().text());  // what is left of it goes with the jail
    return Outcome::done;
  }
  auto wanted = plan::cables_of(job.wanted);
  if (!wanted) return warn(job, wanted.error().text()), Outcome::failed;
  auto wish = std::ranges::find(*wanted, step.parameter, [](const model::CableWish& one) { return model::name_for(one.name, "net.bridge"); });
  if (wish == wanted->end() || !wish->cable) return Outcome::done;
  Result<> outcome;
  if (step.act == Act::check_cable) {
    outcome = ports_.links.check({&*wish, 1}, 0);
  } else if (auto jail = ports_.jails.find(std::to_string(job.jid)); jail) {
    outcome = ports_.links.connect(*wish->cable, job.jid, jail->runtime.keeper);
  } else {
    outcome = pass(std::move(jail.error()));
  }
  if (outcome) return Outcome::done;
  return warn(job, outcome.error().text()), Outcome::failed;
}

}  // namespace cellblock::apply
