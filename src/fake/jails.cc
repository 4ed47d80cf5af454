#include "fake/jails.hpp"

#include <cerrno>

#include "base/text.hpp"

namespace cellblock::fake {
namespace {

std::string shown(const std::vector<model::Setting>& settings) {
  std::string out;
  for (const model::Setting& setting : settings) {
    out += " " + setting.name;
    if (!setting.bare()) out += "=" + join(setting.values, ",");
  }
  return out;
}

}  // namespace

std::string Jails::viewer() const {
  const model::Jail* jail = world_.jails.find(caller_);
  return jail ? jail->prison.name : "";
}

Result<model::JailId> Jails::set(const std::vector<model::Setting>& settings, model::SetMode mode,
                                 bool attaching) {
  std::string_view verb = mode == model::SetMode::create ? "create" : mode == model::SetMode::update ? "update" : "set";
  CB_CHECK(world_.request(fmt::format("{}{}{}", verb, attaching ? " attaching" : "", shown(settings))));
  CB_TRY(model::SetOutcome outcome,
         model::jail_set(world_.jails, model::HostFacts{}, caller_, settings, mode, attaching));
  for (const model::Prison& other : outcome.also) world_.jails.jails[other.jid].prison = other;
  model::JailId jid = outcome.prison.jid;
  if (outcome.created) world_.jails.last_jid = jid;
  world_.jails.jails[jid].prison = outcome.prison;
  world_.jails.jails[jid].runtime.keeper = 10000 + jid;
  if (!outcome.created && !outcome.prison.persist) left(jid);
  return jid;
}

Result<model::Snapshot> Jails::get() {
  model::Snapshot seen;
  seen.last_jid = world_.jails.last_jid;
  for (const auto& [jid, jail] : world_.jails.jails) {
    if (!model::is_below(jail.prison.name, viewer())) continue;
    seen.jails[jid] = jail;
    seen.jails[jid].prison.name = model::relative_name(jail.prison.name, viewer());
  }
  return seen;
}

Result<model::Jail> Jails::find(std::string_view word) {
  if (const model::Jail* jail = world_.jails.find_word(word, viewer())) {
    model::Jail seen = *jail;
    seen.prison.name = model::relative_name(jail->prison.name, viewer());
    return seen;
  }
  if (parse_int(word)) return fail(Why::absent, "jail {} not found", word);
  return fail(Why::absent, "jail \"{}\" not found", word);
}

void Jails::erase(model::JailId jid) {
  std::string name = world_.jails.jails[jid].prison.name;
  std::erase_if(world_.jails.jails, [&](const auto& entry) {
    bool goes = entry.first == jid || model::is_below(entry.second.prison.name, name);
    if (goes) world_.kill_all(entry.first);
    return goes;
  });
}

Result<> Jails::remove(model::JailId jid) {
  CB_CHECK(world_.request(fmt::format("remove {}", jid)));
  if (!world_.jails.find(jid)) return sys_fail(EINVAL, "jail_remove");
  erase(jid);
  return {};
}

Result<port::Child> Jails::enter(model::JailId jid, const port::Entry& entry) {
  CB_CHECK(world_.request(fmt::format("enter {}: {}", jid, join(entry.argv, " "))));
  if (!world_.jails.find(jid)) return sys_fail(EINVAL, "jail_attach");
  CB_TRY(pid_t pid, world_.spawn(jid, entry));
  return port::Child{pid, Fd()};
}

void Jails::left(model::JailId jid) {
  const model::Jail* jail = world_.jails.find(jid);
  if (jail && !jail->prison.persist && !world_.is_populated(jid)) erase(jid);
}

Result<std::vector<pid_t>> Jails::processes(model::JailId jid) {
  std::vector<pid_t> pids;
  for (const auto& [pid, process] : world_.processes)
    if (process.jid == jid && (!process.ends_at || *process.ends_at > world_.now)) pids.push_back(pid);
  return pids;
}

}  // namespace cellblock::fake
