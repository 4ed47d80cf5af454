#include "fake/world.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cellblock::fake {
namespace {

/// The value of a variable; the last one set counts.
std::string variable(const port::Entry& entry, std::string_view name) {
  std::string value;
  for (const std::string& each : entry.environment)
    if (each.starts_with(name) && each.substr(name.size()).starts_with('=')) value = each.substr(name.size() + 1);
  return value;
}

/// "$JID" and the like replaced.
std::string expanded(const port::Entry& entry, std::string line) {
  for (std::string_view name : {"JID", "JNAME", "JPATH"}) {
    std::string reference = "$" + std::string(name);
    for (size_t at; (at = line.find(reference)) != line.npos;)
      line.replace(at, reference.size(), variable(entry, name));
  }
  return line;
}

/// What the few commands that print would print.
std::string printed(const port::Entry& entry) {
  std::string line = join(entry.argv, " ");
  if (line.starts_with("/bin/sh -c ")) line = expanded(entry, line.substr(11));
  if (line == "env") return join(entry.environment, "\n") + "\n";
  return line.starts_with("echo ") ? line.substr(5) + "\n" : "";
}

}  // namespace

Result<> World::request(std::string text) {
  log.push_back(std::move(text));
  if (++requests_ == fail_at) return fail(Why::failed, "made to fail: {}", log.back());
  return {};
}

Result<pid_t> World::spawn(model::JailId jid, const port::Entry& entry) {
  std::string line = join(entry.argv, " ");
  if (std::ranges::find(missing, entry.argv.front()) != missing.end())
    return sys_fail(ENOENT, "execvp: {}", entry.argv.front());
  auto found = scripts.find(line);
  Script script = found == scripts.end() ? Script{} : found->second;
  if (std::string text = printed(entry); !text.empty()) output(text);
  pid_t pid = next_pid_++;
  processes[pid] = {jid, now + script.runs, script.ends_after_sigterm, script.status};
  for (size_t left = 0; left < script.leaves; ++left)
    processes[next_pid_++] = {jid, std::nullopt, script.ends_after_sigterm, 0};
  return pid;
}

void World::kill_all(model::JailId jid) {
  for (auto& [pid, process] : processes)
    if (process.jid == jid && (!process.ends_at || *process.ends_at > now)) {
      process.ends_at = now;
      process.status = 9;
    }
}

bool World::is_populated(model::JailId jid) const {
  return std::ranges::any_of(processes, [&](const auto& entry) {
    const Process& process = entry.second;
    return process.jid == jid && (!process.ends_at || *process.ends_at > now);
  });
}

}  // namespace cellblock::fake
