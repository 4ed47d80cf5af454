#include "conf/jail_builder.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"

namespace cellblock::conf {
namespace {

/// FreeBSD refuses variables with these names even where the parameter isn't used.
constexpr std::string_view reserved[] = {
    "allow.dying",
    "command",
    "depend",
    "exec.clean",
    "exec.consolelog",
    "exec.fib",
    "exec.jail_user",
    "exec.poststart",
    "exec.poststop",
    "exec.prepare",
    "exec.prestart",
    "exec.prestop",
    "exec.release",
    "exec.created",
    "exec.start",
    "exec.stop",
    "exec.system_jail_user",
    "exec.system_user",
    "exec.timeout",
    "interface",
    "ip_hostname",
    "mount",
    "mount.devfs",
    "mount.fdescfs",
    "mount.procfs",
    "mount.fstab",
    "stop.timeout",
    "vnet.interface",
    "zfs.dataset",
    "allow.chflags",
    "allow.mount",
    "allow.raw_sockets",
    "allow.set_hostname",
    "allow.socket_af",
    "allow.sysvipc",
    "devfs_ruleset",
    "host.hostname",
    "ip4.addr",
    "ip6.addr",
    "jid",
    "name",
    "path",
    "persist",
    "securelevel",
    "vnet",
};

/// Variables in variables can double at each step; nothing that is of use comes near this many bytes, each value
/// of a list counted as 16 more.
constexpr size_t max_cost = 1 << 20;

/// strtol(3) takes all of it for a number other than 0.
bool is_jid(std::string_view name) {
  if (std::optional<int64_t> number = parse_int(name)) return *number != 0;
  return !name.empty() && name.find_first_not_of("0123456789") == name.npos;
}

bool is_fixed(std::string_view name) { return same_slot(name, "jid") || same_slot(name, "name"); }

}  // namespace

JailBuilder::JailBuilder(const std::string& name) {
  wanted_.name = name;
  wanted_.configured = true;
  imply(is_jid(name) ? "jid" : "name", name);
}

void JailBuilder::imply(std::string name, std::string value) {
  Slot slot;
  slot.name = std::move(name);
  slot.fixed = true;
  slot.values.push_back({std::move(value), {}, {}});
  slots_.push_back(std::move(slot));
}

std::vector<JailBuilder::Text> JailBuilder::texts(const ParamDecl& param) {
  std::vector<Text> out;
  for (const Value& value : param.values) {
    Text text{.at = value.at};
    for (const Piece& piece : value.pieces) {
      if (piece.variable)
        text.references.push_back({piece.text, text.text.size(), piece.at});
      else
        text.text += piece.text;
    }
    out.push_back(std::move(text));
  }
  return out;
}

void JailBuilder::add(const ParamDecl& param) {
  auto old =
      std::ranges::find_if(slots_, [&](const Slot& slot) { return same_slot(slot.name, param.name.value); });
  if (old != slots_.end()) return merge(*old, param);
  Slot slot;
  slot.name = param.name.value;
  slot.variable = param.variable;
  slot.fixed = is_fixed(param.name.value);
  slot.values = texts(param);
  slot.at = param.name.at;
  slots_.push_back(std::move(slot));
  if (param.variable) check_new_variable(slots_.back());
}

void JailBuilder::check_new_variable(const Slot& slot) {
  if (std::ranges::any_of(reserved, [&](std::string_view name) { return same_slot(slot.name, name); }))
    problem(slot.at, fmt::format("variable \"${}\" cannot have the same name as a parameter.", slot.name),
            "choose another name for the variable");
}

void JailBuilder::merge(Slot& old, const ParamDecl& param) {
  const std::string& name = param.name.value;
  if (old.variable != param.variable)
    return problem(
        param.name.at, fmt::format("variable \"${}\" cannot have the same name as a parameter.", name),
        fmt::format("{} is already a {} of this jail", name, old.variable ? "variable" : "parameter"));
  if (old.fixed)
    return problem(param.name.at, fmt::format("cannot redefine parameter \"{}\".", old.name),
                   "the block's name sets it, or a statement before this one");
  std::vector<Text> values = texts(param);
  if (param.assign != Assign::append || values.empty()) old.values.clear();
  old.name = name;
  old.at = param.name.at;
  std::ranges::move(values, std::back_inserter(old.values));
}

void JailBuilder::finish() {
  if (std::ranges::none_of(slots_,
                           [](const Slot& slot) { return !slot.variable && same_slot(slot.name, "name"); }))
    imply("name", wanted_.name);
  for (Slot& slot : slots_)
    for (const Text& value : slot.values) slot.cost += value.text.size() + 16;
  for (auto slot = slots_.begin(); slot != slots_.end(); ++slot) slot = substitute(slot);
}

bool JailBuilder::has_references(const Slot& slot) {
  return std::ranges::any_of(slot.values, [](const Text& value) { return !value.references.empty(); });
}

/// What the reference stands for, or the end after saying what is wrong.
JailBuilder::Slots::iterator JailBuilder::look_up(const Slot& slot, const Reference& reference) {
  auto found = std::ranges::find(slots_, reference.name, &Slot::name);
  if (found == slots_.end() || found->values.empty()) {
    problem(
        reference.where, fmt::format("{}: variable \"{}\" not found", slot.name, reference.name),
        found == slots_.end() ? "no variable or parameter of this jail has this name" : "it has no value");
    return slots_.end();
  }
  if (found->bad) return slots_.end();  // reported where it went bad
  if (found->round != round_) return found;
  problem(reference.where, fmt::format("{}: variable loop", reference.name),
          "its value leads back to itself");
  return slots_.end();
}

/// Puts values in the place of all references of the slot. What a value refers to is done first and moves in
/// front of it, which shows in the order of `jail -e`. Returns the slot that was done: the caller goes on
/// from it, and comes to the one that was asked for again.
JailBuilder::Slots::iterator JailBuilder::substitute(Slots::iterator slot) {
  slot->round = ++round_;
  for (size_t i = 0; i < slot->values.size();) {
    if (slot->values[i].references.empty()) {
      ++i;
      continue;
    }
    auto found = look_up(*slot, slot->values[i].references.front());
    if (found == slots_.end()) {
      give_up(*slot, i);
    } else if (has_references(*found)) {
      found->round = round_;
      slots_.splice(slot, slots_, found);
      slot = found;
      i = 0;
    } else if (!insert(*slot, i, *found)) {
      give_up(*slot, i);
    }
  }
  return slot;
}

/// Drops the reference that could not be substituted; whatever led here is not to be used either.
void JailBuilder::give_up(Slot& slot, size_t value) {
  for (Slot& other : slots_)
    if (other.round == round_) other.bad = true;
  auto& references = slot.values[value].references;
  references.erase(references.begin());
}

/// Puts the values found in the place of the value's first reference. A list takes the place of a whole
/// value.
bool JailBuilder::insert(Slot& slot, size_t& value, const Slot& found) {
  Text& text = slot.values[value];
  Reference reference = text.references.front();
  if (found.values.size() > 1 && (!text.text.empty() || text.references.size() > 1)) {
    problem(reference.where, fmt::format("{}: array cannot be substituted inline", slot.name),
            fmt::format("\"{}\" is a list: it can only stand alone", reference.name));
    return false;
  }
  if (slot.cost + found.cost > max_cost) {
    problem(reference.where, fmt::format("{}: value too long", slot.name),
            "variables in it have grown too large");
    return false;
  }
  slot.cost += found.cost;
  const std::string& first = found.values.front().text;
  text.text.insert(reference.at, first);
  text.references.erase(text.references.begin());
  for (Reference& later : text.references) later.at += first.size();
  std::vector<Text> rest(found.values.begin() + 1, found.values.end());
  for (Text& each : rest) each.at = text.at;
  slot.values.insert(slot.values.begin() + static_cast<ptrdiff_t>(value) + 1, rest.begin(), rest.end());
  value += rest.size();
  return true;
}

void JailBuilder::problem(Span at, std::string what, std::string hint) {
  what = fmt::format("{}: {}", wanted_.name, what);
  wanted_.problems.push_back(what);
  diags_.push_back({at, std::move(what), std::move(hint)});
}

void JailBuilder::move_to(Resolved& out) && {
  std::vector<Origin> origins;
  for (Slot& slot : slots_) {
    if (slot.variable) continue;
    model::Setting setting{std::move(slot.name), {}};
    Origin origin{slot.at, {}};
    for (Text& value : slot.values) {
      setting.values.push_back(std::move(value.text));
      origin.values.push_back(value.at);
    }
    wanted_.settings.push_back(std::move(setting));
    origins.push_back(std::move(origin));
  }
  out.jails.push_back(std::move(wanted_));
  out.origins.push_back(std::move(origins));
  std::ranges::move(diags_, std::back_inserter(out.diags));
}

}  // namespace cellblock::conf
