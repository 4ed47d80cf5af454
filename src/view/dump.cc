#include "view/dump.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace cellblock::view {
namespace {

/// A value on one line, in quotes if it would not read back as one word.
std::string shown(const std::string& value) {
  std::string encoded = vis(value);
  return encoded == value && !value.empty() && value.find(',') == value.npos ? value
                                                                             : fmt::format("\"{}\"", encoded);
}

void append(std::string& out, const model::Setting& setting) {
  out += fmt::format("  {}", setting.name);
  for (const std::string& value : setting.values) {
    out += &value == &setting.values.front() ? '=' : ',';
    out += shown(value);
  }
  out += '\n';
}

void append(std::string& out, const model::Runtime& runtime) {
  if (runtime.keeper == 0) {
    out += "  # not running\n";
    return;
  }
  out += fmt::format("  # process {}", runtime.keeper);
  if (runtime.keeper_inode) out += fmt::format(", inode {}", runtime.keeper_inode);
  if (runtime.keeper_start) out += fmt::format(", started at tick {}", runtime.keeper_start);
  if (!runtime.cgroup.empty()) out += fmt::format(", cgroup {}", runtime.cgroup);
  if (runtime.uid_base) out += fmt::format(", user ids from {}", runtime.uid_base);
  out += '\n';
}

}  // namespace

std::string dump(const model::Snapshot& snapshot) {
  std::string out;
  for (const auto& [jid, jail] : snapshot.jails) {
    out += fmt::format("jail {} {}{}\n", jid, jail.prison.name, jail.prison.dying ? ", dying" : "");
    append(out, jail.runtime);
    for (const model::Setting& setting : model::settings_of(jail.prison))
      if (setting.name != "jid" && setting.name != "name" && setting.name != "dying") append(out, setting);
  }
  return out + fmt::format("last jid {}\n", snapshot.last_jid);
}

std::string dump(const model::Wanted& wanted) {
  std::string out = fmt::format("wanted {}{}\n", wanted.name.empty() ? "(unnamed)" : wanted.name,
                                wanted.configured ? ", configured" : "");
  for (const model::Setting& setting : wanted.settings) append(out, setting);
  for (const std::string& problem : wanted.problems) out += fmt::format("  ! {}\n", problem);
  return out;
}

}  // namespace cellblock::view
