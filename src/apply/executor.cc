#include "apply/executor.hpp"

#include <unistd.h>

#include "apply/console.hpp"
#include "base/text.hpp"
#include "plan/command.hpp"
#include "port/latency.hpp"

namespace cellblock::apply {
namespace {

using plan::Act;

/// jexec(8) says execvp, jail(8) says exec.
std::string as_jail_says(const Error& error) {
  std::string text = error.text();
  constexpr std::string_view jexec = "execvp: ";
  size_t at = text.find(jexec);
  return at == text.npos ? text : "exec " + text.substr(at + jexec.size());
}

std::string_view mark_of(const plan::Step& step) {
  if (!step.parameter.empty()) return step.parameter;
  return step.act == Act::create ? "create" : "remove";
}

bool is_ours(std::string_view variable) {
  return variable.starts_with("JID=") || variable.starts_with("JNAME=") || variable.starts_with("JPATH=");
}

}  // namespace

Outcome Executor::perform(Job& job, const plan::Step& step) {
  Outcome outcome = Outcome::done;
  bool runs = step.act == Act::run_outside || step.act == Act::run_inside || step.act == Act::run_own;
  if (auto joined = runs ? ports_.links.join() : Result<>(); !joined)
    return warn(job, joined.error().text()), Outcome::failed;
  switch (step.act) {
    case Act::run_outside: outcome = run_outside(job, step); break;
    case Act::run_inside: case Act::run_own: outcome = run_inside(job, step); break;
    case Act::add_alias: case Act::remove_alias: outcome = alias(job, step); break;
    case Act::mount: case Act::unmount: outcome = mount(job, step); break;
    case Act::check_mount: outcome = own_mount(job, step); break;
    case Act::create: outcome = create(job); break;
    case Act::remove: outcome = remove(job); break;
    case Act::attach_dataset: case Act::detach_dataset: outcome = dataset(job, step); break;
    case Act::move_in: case Act::move_back: outcome = move(job, step); break;
    case Act::check_cable: case Act::connect: case Act::disconnect: outcome = cable(job, step); break;
    case Act::terminate: outcome = terminate(job); break;
  }
  latency::mark(mark_of(step));
  return outcome;
}

void Executor::note(const Job& job, std::string_view text) {
  ports_.voice.say(job.label.empty() ? fmt::format("{}\n", text) : fmt::format("{}: {}\n", job.label, text));
}

void Executor::warn(const Job& job, std::string_view text) {
  ports_.voice.complain(job.label.empty() ? fmt::format("jail: {}\n", text)
                                          : fmt::format("jail: {}: {}\n", job.label, text));
}

void Executor::note_command(const Job& job, std::string_view where, const std::optional<std::string>& user) {
  if (orders_.verbosity <= 0) return;
  note(job, fmt::format("run command{}{}{}: {}", where, user ? " as " : "", user.value_or(""), job.command));
}

Outcome Executor::give_up(Job& job, std::string_view command, std::string_view why) {
  if (!why.empty()) warn(job, why);
  warn(job, fmt::format("{}: failed", command));
  return Outcome::failed;
}

Outcome Executor::run_outside(Job& job, const plan::Step& step) {
  plan::CommandWords words = plan::split_command(step.argument);
  if (words.argv.empty()) return Outcome::done;
  job.command = plan::show_words(words.argv);
  job.inside = false;
  note_command(job, "", job.manner.system_user);
  port::Entry entry;
  entry.argv = std::move(words.argv);
  entry.environment = environment(job, /*with_bsd_commands=*/true);
  entry.user = job.manner.system_user;
  entry.clean = job.manner.clean;
  entry.new_session = words.background;
  return wait_for(job, ports_.programs.run(entry), words.background);
}

Outcome Executor::run_inside(Job& job, const plan::Step& step) {
  plan::CommandWords words;
  if (step.words.empty())
    words = plan::split_command(step.argument);
  else
    words.argv = step.words;
  if (words.argv.empty()) return Outcome::done;
  Fd console;
  if (!job.manner.console_log.empty()) {
    auto opened = open_console(job.manner.path, job.manner.console_log);
    if (!opened) return warn(job, opened.error().text()), Outcome::failed;
    console = std::move(*opened);
  }
  job.command = plan::show_words(words.argv);
  job.inside = true;
  note_command(job, " in jail", job.manner.jail_user);
  port::Entry entry;
  entry.argv = std::move(words.argv);
  entry.environment = environment(job, /*with_bsd_commands=*/false);
  entry.user = job.manner.jail_user;
  entry.user_from_host = job.manner.jail_user_from_host;
  entry.clean = job.manner.clean;
  entry.fib = job.manner.fib;
  if (step.act == Act::run_own) {
    entry.own_command = true;
    entry.user.reset();
  }
  entry.new_session = words.background;
  entry.standard_output = entry.standard_error = console.get();
  return wait_for(job, ports_.jails.enter(job.jid, entry), words.background);
}

Outcome Executor::wait_for(Job& job, Result<port::Child> child, bool background) {
  if (!child) {
    std::string why = as_jail_says(child.error());
    // FreeBSD's child says why and ends; nobody waits for one in the background.
    if (background) return warn(job, why), Outcome::done;
    return give_up(job, job.command, why);
  }
  if (background) return Outcome::done;
  if (auto added = ports_.watch.add(job.id, std::move(*child)); !added)
    return give_up(job, job.command, added.error().text());
  job.processes = 1;
  job.deadline = job.manner.timeout.count() > 0 ? std::optional(ports_.watch.now() + job.manner.timeout)
                                                : std::nullopt;
  return Outcome::waiting;
}

const std::vector<std::string>& Executor::base_environment() {
  if (base_environment_.empty())
    for (char** variable = ::environ; variable && *variable; ++variable)
      if (!is_ours(*variable)) base_environment_.emplace_back(*variable);
  return base_environment_;
}

std::vector<std::string> Executor::environment(const Job& job, bool with_bsd_commands) {
  std::vector<std::string> variables = base_environment();
  if (with_bsd_commands && !orders_.bsd_commands.empty())
    for (std::string& variable : variables)
      if (variable.starts_with("PATH=")) variable.insert(5, orders_.bsd_commands + ":");
  if (job.manner.clean) return variables;
  model::JailId jid = job.jid > 0 ? job.jid : job.last_jid;
  const model::Setting* name = job.wanted.find("name");
  if (jid > 0) variables.push_back(fmt::format("JID={}", jid));
  if (name && !name->bare())
    variables.push_back("JNAME=" + name->values.back());
  else if (jid > 0)
    variables.push_back(fmt::format("JNAME={}", jid));
  if (!job.manner.path.empty()) variables.push_back("JPATH=" + job.manner.path);
  return variables;
}

}  // namespace cellblock::apply
