// The executor's steps on the jail itself: create, end its processes, remove.
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "apply/executor.hpp"
#include "base/text.hpp"
#include "conf/print.hpp"
#include "plan/cables.hpp"
#include "plan/command.hpp"
#include "plan/settings.hpp"
#include "plan/wants.hpp"

namespace cellblock::apply {
namespace {

bool is_persist(const model::Setting& setting) {
  return setting.name == "persist" || plan::is_negation(setting.name, "persist");
}

/// FreeBSD's kernel gives a text or only an errno; in that case jail(8) names the system call.
std::string text_of_set(const Error& error) {
  return error.chain.empty() ? "jail_set: " + strerror_of(error.sys) : error.text();
}

}  // namespace

void Executor::note_set(const Job& job, std::string_view mode, const std::vector<model::Setting>& settings,
                        std::string_view error) {
  if (orders_.verbosity <= 0) return;
  std::string line = fmt::format("jail_set({})", mode);
  for (const model::Setting& setting : settings) {
    line += " " + setting.name;
    if (!setting.bare()) line += "=" + conf::quote(join(setting.values, ","));
  }
  if (!error.empty()) line += fmt::format(": {}", error);
  note(job, line);
}

bool Executor::path_is_good(Job& job) {
  const std::string& path = job.manner.path;
  if (path.empty()) return true;
  auto bad = [&](std::string_view why) { return warn(job, fmt::format("path {}: {}", path, why)), false; };
  if (!job.label.empty() && !path.starts_with('/')) return bad("not an absolute pathname");
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return bad(strerror_of(errno));
  return S_ISDIR(status.st_mode) || bad(strerror_of(ENOTDIR));
}

/// A jail whose start ends with a single command in it can live by that command from the beginning: one change
/// less than a `persist` that is set and taken back. What else a start does needs a jail that stays.
bool Executor::may_attach(const Job& job) const {
  if (orders_.verbosity > 0 || job.next + 1 != job.steps.size()) return false;
  const plan::Step& last = job.steps[job.next];
  return last.act == plan::Act::run_inside &&
         (!last.words.empty() || !plan::split_command(last.argument).background);
}

Outcome Executor::create(Job& job) {
  if (!path_is_good(job)) return Outcome::failed;
  std::vector<model::Setting> settings = plan::kernel_settings(job.wanted);
  bool temporary = !plan::is_true(job.wanted, "persist") && plan::has_commands(job.wanted);
  job.attached = temporary && may_attach(job);
  job.own_persist = false;
  if (temporary && !job.attached) {
    std::erase_if(settings, is_persist);
    settings.insert(settings.begin(), {"persist", {}});
  }
  auto jid = ports_.jails.set(settings, model::SetMode::create, job.attached);
  note_set(job, "JAIL_CREATE", settings, jid ? "" : strerror_of(jid.error().sys ? jid.error().sys : EINVAL));
  if (!jid) {
    // FreeBSD would have found it while looking for a running jail, before it did anything: by the jid if one is
    // given, and then another jail that has the name is the kernel's to complain of.
    std::string text = text_of_set(jid.error());
    bool by_jid = job.label.empty() && plan::text_of(job.wanted, "jid");
    if (job.unseen && jid.error().why == Why::exists && !(by_jid && text.starts_with("jail \"")))
      warn_quoted(job, "already exists", text);
    else
      warn(job, text);
    return Outcome::failed;
  }
  job.jid = job.last_jid = *jid;
  job.own_persist = temporary && !job.attached;
  if (orders_.print_jid) ports_.voice.say(fmt::format("{}\n", job.jid));
  if (orders_.verbosity > 0 || (orders_.verbosity == 0 && !job.label.empty())) note(job, "created");
  return Outcome::done;
}

void Executor::warn_quoted(const Job& job, std::string_view text, std::string_view without_name) {
  const std::string* name = &job.label;
  if (name->empty()) name = plan::text_of(job.wanted, "jid");
  if (!name) name = plan::text_of(job.wanted, "name");
  ports_.voice.complain(name ? fmt::format("jail: \"{}\" {}\n", *name, text)
                             : fmt::format("jail: {}\n", without_name));
}

Outcome Executor::remove(Job& job) {
  if (job.jid > 0) {
    // A jail that is removed without its description (-R) has cables as well.
    const bool is_running = job.running && job.running->prison.vnet == model::Sys::fresh;
    if (is_running && plan::cable_names(job.wanted).empty()) (void)ports_.links.disconnect(job.jid);
    auto removed = ports_.jails.remove(job.jid);
    if (!removed && removed.error().why != Why::absent && removed.error().why != Why::invalid) {
      warn(job, "jail_remove: " + removed.error().text());
      return Outcome::failed;
    }
  }
  bool stopping = job.ops & op_stop;
  bool wanted = stopping ? orders_.note_removed : !job.label.empty();
  if (orders_.verbosity > 0 || (orders_.verbosity == 0 && wanted)) note(job, "removed");
  job.jid = -1;
  job.own_persist = job.attached = false;
  return Outcome::done;
}

Outcome Executor::terminate(Job& job) {
  if (job.manner.stop_timeout.count() <= 0) return Outcome::done;
  auto pids = ports_.jails.processes(job.jid);
  if (!pids || pids->empty()) return Outcome::done;
  auto again = [this, jid = job.jid] { return ports_.jails.processes(jid).value_or(std::vector<pid_t>()); };
  auto signalled = ports_.watch.terminate(job.id, *pids, again);
  if (!signalled || signalled->empty()) return Outcome::done;
  if (orders_.verbosity > 0) {
    std::string list;
    for (pid_t pid : *signalled) list += fmt::format(" {}", pid);
    note(job, "sent SIGTERM to:" + list);
  }
  job.processes = signalled->size();
  job.terminating = true;
  job.deadline = ports_.watch.now() + job.manner.stop_timeout;
  return Outcome::waiting;
}

}  // namespace cellblock::apply
