#include "plan/step.hpp"

#include <algorithm>

#include "plan/cables.hpp"
#include "plan/wants.hpp"

namespace cellblock::plan {
namespace {

/// Appends the steps of one list parameter: empty values are no steps.
void append(Steps& steps, Act act, std::string_view parameter, const std::vector<std::string>& values) {
  for (const std::string& value : values)
    if (!value.empty()) steps.push_back({act, std::string(parameter), value, {}});
}

void append(Steps& steps, Act act, std::string_view parameter, const model::Wanted& wanted) {
  append(steps, act, parameter, values_of(wanted, parameter));
}

void append_reversed(Steps& steps, Act act, std::string_view parameter, std::vector<std::string> values) {
  std::reverse(values.begin(), values.end());
  append(steps, act, parameter, values);
}

/// The addresses that go on an interface, each with the interface's name in front.
std::vector<std::string> aliases(const model::Wanted& wanted, std::string_view parameter) {
  const std::string* interface = text_of(wanted, "interface");
  std::vector<std::string> found;
  for (const std::string& value : values_of(wanted, parameter)) {
    if (value.find('|') != value.npos)
      found.push_back(value);
    else if (interface && !value.empty())
      found.push_back(*interface + "|" + value);
  }
  return found;
}

void append_checks(Steps& steps, const model::Wanted& wanted, std::initializer_list<std::string_view> parameters) {
  for (std::string_view parameter : parameters)
    if (is_true(wanted, parameter)) steps.push_back({Act::check_mount, std::string(parameter), {}, {}});
}

/// `command` of a jail described on the command line is one program with its arguments.
void append_command(Steps& steps, const model::Wanted& wanted) {
  if (wanted.configured) return append(steps, Act::run_inside, "command", wanted);
  const std::vector<std::string>& words = values_of(wanted, "command");
  if (!words.empty() && !words.front().empty()) steps.push_back({Act::run_inside, "command", {}, words});
}

/// What is wrong with net.* is for `check_cable` to say.
void append_cables(Steps& steps, Act act, const model::Wanted& wanted) {
  for (const std::string& name : cable_names(wanted)) {
    std::string parameter = model::name_for(name, "net.bridge");
    const std::string* bridge = text_of(wanted, parameter);
    steps.push_back({act, parameter, bridge ? *bridge : "", {}});
  }
}

void append_clean_up(Steps& steps, const model::Wanted& wanted, const std::vector<std::string>& fstab) {
  append(steps, Act::run_outside, "exec.poststop", wanted);
  append_checks(steps, wanted, {"mount.procfs", "mount.fdescfs", "mount.devfs"});
  append_reversed(steps, Act::unmount, "mount.fstab", fstab);
  append_reversed(steps, Act::unmount, "mount", values_of(wanted, "mount"));
  append_reversed(steps, Act::remove_alias, "ip6.addr", aliases(wanted, "ip6.addr"));
  append_reversed(steps, Act::remove_alias, "ip4.addr", aliases(wanted, "ip4.addr"));
  append(steps, Act::run_outside, "exec.release", wanted);
}

}  // namespace

Steps start(const model::Wanted& wanted, const std::vector<std::string>& fstab) {
  Steps steps;
  steps.reserve(8);
  append_cables(steps, Act::check_cable, wanted);
  append(steps, Act::run_outside, "exec.prepare", wanted);
  append(steps, Act::add_alias, "ip4.addr", aliases(wanted, "ip4.addr"));
  append(steps, Act::add_alias, "ip6.addr", aliases(wanted, "ip6.addr"));
  append(steps, Act::mount, "mount", wanted);
  append(steps, Act::mount, "mount.fstab", fstab);
  append_checks(steps, wanted, {"mount.devfs", "mount.fdescfs", "mount.procfs"});
  append(steps, Act::run_outside, "exec.prestart", wanted);
  steps.push_back({Act::create, {}, {}, {}});
  append(steps, Act::run_outside, "exec.created", wanted);
  append_cables(steps, Act::connect, wanted);
  for (auto& words : address_commands(wanted)) steps.push_back({Act::run_own, "net.address", {}, std::move(words)});
  append(steps, Act::attach_dataset, "zfs.dataset", wanted);
  append(steps, Act::move_in, "vnet.interface", wanted);
  append(steps, Act::run_inside, "exec.start", wanted);
  append_command(steps, wanted);
  append(steps, Act::run_outside, "exec.poststart", wanted);
  return steps;
}

Steps stop(const model::Wanted& wanted, const std::vector<std::string>& fstab) {
  Steps steps;
  append(steps, Act::run_outside, "exec.prestop", wanted);
  append(steps, Act::run_inside, "exec.stop", wanted);
  steps.push_back({Act::terminate, "stop.timeout", {}, {}});
  // The kernel of FreeBSD returns interfaces by itself; here a veth would die with the network namespace.
  append_reversed(steps, Act::move_back, "vnet.interface", values_of(wanted, "vnet.interface"));
  append_cables(steps, Act::disconnect, wanted);
  steps.push_back({Act::remove, {}, {}, {}});
  append_clean_up(steps, wanted, fstab);
  return steps;
}

Steps clean_up(const model::Wanted& wanted, const std::vector<std::string>& fstab) {
  Steps steps;
  append_clean_up(steps, wanted, fstab);
  return steps;
}

std::optional<Step> inverse(const Step& step) {
  auto with = [&](Act act) { return Step{act, step.parameter, step.argument, {}}; };
  switch (step.act) {
    case Act::add_alias: return with(Act::remove_alias);
    case Act::remove_alias: return with(Act::add_alias);
    case Act::mount: return with(Act::unmount);
    case Act::unmount: return with(Act::mount);
    case Act::create: return with(Act::remove);
    case Act::attach_dataset: return with(Act::detach_dataset);
    case Act::detach_dataset: return with(Act::attach_dataset);
    case Act::connect: return with(Act::disconnect);
    case Act::move_in: return with(Act::move_back);
    case Act::move_back: return with(Act::move_in);
    case Act::run_outside: case Act::run_inside: case Act::run_own: case Act::check_mount: case Act::remove: case Act::terminate:
    case Act::check_cable: case Act::disconnect:
      return std::nullopt;
  }
  return std::nullopt;
}

Steps unwind(const Steps& steps, size_t done) {
  Steps back;
  for (size_t at = std::min(done, steps.size()); at-- > 0;)
    if (auto step = inverse(steps[at])) back.push_back(std::move(*step));
  return back;
}

std::string_view reason_of(const Step& step) {
  switch (step.act) {
    case Act::run_outside: return "a command on the host";
    case Act::run_inside: return "a command in the jail";
    case Act::run_own: return "an address from a server on the bridge";
    case Act::add_alias: return "the jail's address on an interface";
    case Act::remove_alias: return "the jail's address leaves the interface";
    case Act::mount: return "a file system below the jail's root";
    case Act::unmount: return "its file system is not needed any more";
    case Act::check_mount: return "mounted in the jail alone, at its creation";
    case Act::create: return "the jail itself";
    case Act::remove: return "the jail and everything in it ends";
    case Act::check_cable: return "before anything is done for the jail";
    case Act::connect: return "the jail's cable to a bridge";
    case Act::disconnect: return "the cable goes with the jail, a bridge made for jails with the last";
    case Act::attach_dataset: return "a dataset that the jail manages";
    case Act::detach_dataset: return "the dataset returns to the host";
    case Act::move_in: return "an interface of the jail's network stack";
    case Act::move_back: return "the interface returns to the host";
    case Act::terminate: return "its processes may end by themselves";
  }
  return {};
}

Family family_of(const Step& step) { return step.parameter == "ip6.addr" ? Family::inet6 : Family::inet; }

}  // namespace cellblock::plan
