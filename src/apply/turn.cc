// One turn of one job: from where it stands to where it has to wait.
#include <sys/wait.h>

#include <algorithm>

#include "apply/scheduler.hpp"
#include "base/text.hpp"
#include "plan/wants.hpp"
#include "port/latency.hpp"

namespace cellblock::apply {
namespace {

/// Nothing on the host changes before the jail is there, so that its creation may as well find out whether the
/// name is taken.
bool creates_at_once(const plan::Steps& steps) {
  auto first = std::ranges::find_if(steps, [](const plan::Step& step) { return step.act != plan::Act::check_mount; });
  return first != steps.end() && first->act == plan::Act::create;
}

}  // namespace

void Scheduler::turn(Job& job) {
  if (job.failed) {
    error_ = true;
    if (job.phase == Phase::idle) return settle(job, false);
  }
  if (!job.prepared && !prepare(job)) return fail(job);
  if (job.jid == 0 && !look_up(job)) return fail(job);
  if (job.place == Place::waiting) {
    job.place = Place::nowhere;
    if (!finish_command(job)) return fail(job);
  }
  if (!resolve_operation(job)) return fail(job);
  switch (job.ops) {
    case op_start: return turn_start(job);
    case op_set: return turn_set(job);
    default: return turn_stop(job);
  }
}

bool Scheduler::prepare(Job& job) {
  job.prepared = true;
  bool good = true;
  if (questions_.check && job.id < configured_) {
    std::string wrong = questions_.check(job.id, job.wanted, /*only_stops=*/(job.ops & (op_start | op_set)) == 0);
    if (!wrong.empty()) ports_.voice.complain(wrong);
    good = wrong.empty();
  }
  good = resolve_hostname(job) && good;
  good = read_fstabs(job) && good;
  if (!good) return false;
  job.manner = plan::manner_of(job.wanted);
  if (!dying_warned_ && (orders_.warn_dying || plan::find_setting(job.wanted, "allow.dying"))) {
    dying_warned_ = true;
    ports_.voice.complain(
        "jail: the 'allow.dying' parameter and '-d' flag are deprecated and have no effect.\n");
  }
  return true;
}

bool Scheduler::look_up(Job& job) {
  job.jid = -1;
  const std::string* word = plan::text_of(job.wanted, "jid");
  if (word && !parse_int(*word)) return true;
  if (!word) word = plan::text_of(job.wanted, "name");
  if (!word) return true;
  job.unseen = source_ == Source::command_line && job.ops == op_start &&
               creates_at_once(plan::start(job.wanted, job.fstab));
  if (job.unseen) return true;
  auto jail = running_.find(*word);
  if (!jail) return executor_.warn(job, jail.error().text()), false;
  if (!*jail) return true;
  job.running = *jail;
  job.jid = job.last_jid = (*jail)->prison.jid;
  return true;
}

bool Scheduler::finish_command(Job& job) {
  latency::mark("wait");
  if (job.terminating) {
    job.terminating = false;
    job.processes = 0;
    if (job.timed_out && orders_.verbosity > 0) executor_.note(job, "timed out");
    return true;
  }
  --commands_;
  queues_.let_one_through();
  if (job.inside && job.attached) ports_.jails.left(job.jid);
  bool ignored = std::exchange(job.ignore_status, false);
  if (job.timed_out) {
    executor_.warn(job, job.command + ": timed out");
    return false;
  }
  if (job.status == 0 || ignored) return true;
  executor_.warn(job, WIFSIGNALED(job.status)
                          ? fmt::format("{}: exited on signal {}", job.command, WTERMSIG(job.status))
                          : job.command + ": failed");
  return false;
}

/// -cm, -mr and -cmr turn into one thing to do once it is known what runs.
bool Scheduler::resolve_operation(Job& job) {
  if (job.ops == (op_start | op_set)) {
    job.ops = job.jid < 0 ? op_start : op_set;
    return true;
  }
  if ((job.ops & (op_set | op_stop)) != (op_set | op_stop)) return true;
  if (job.jid < 0) {
    if (job.ops & op_start) return job.ops = op_start, true;
    if (orders_.clean_up) return job.ops = op_start | op_stop, true;
    executor_.warn_quoted(job, "not found", "no jail specified");
    return false;
  }
  auto changes = create_only_changes(job);
  if (!changes) return executor_.warn(job, changes.error().text()), false;
  job.ops = changes->empty() ? op_set : (op_start | op_stop);
  count_pending(job);
  return true;
}

bool Scheduler::begin(Job& job, plan::Steps steps, Phase phase) {
  job.steps = std::move(steps);
  job.next = 0;
  job.phase = phase;
  return true;
}

/// False when the last step is done. Otherwise the job is queued somewhere and will have another turn.
bool Scheduler::advance(Job& job) {
  if (orders_.parallel > 0 && commands_ >= orders_.parallel) return queues_.hold_back(job), true;
  job.first_in_line = false;
  if (job.failed && job.phase == Phase::starting)
    begin(job, plan::unwind(job.steps, job.next - 1), Phase::unwinding);
  while (job.next < job.steps.size()) {
    const plan::Step& step = job.steps[job.next++];
    switch (executor_.perform(job, step)) {
      case Outcome::waiting: return put_to_sleep(job), true;
      case Outcome::failed: return fail(job), true;
      case Outcome::done: break;
    }
    bool appears = step.act == plan::Act::create, goes = step.act == plan::Act::remove;
    if (job.phase != Phase::unwinding && (appears || goes)) settle(job, /*light=*/true);
  }
  return false;
}

void Scheduler::turn_start(Job& job) {
  if (job.phase == Phase::idle) {
    if (job.jid > 0 && !job.pulled_in && !job.wild) {
      executor_.warn_quoted(job, "already exists", "");
      return fail(job);
    }
    if (is_blocked(job)) return;
    if (job.jid > 0) return started(job);
    begin(job, plan::start(job.wanted, job.fstab), Phase::starting);
  }
  if (!advance(job)) started(job);
}

void Scheduler::started(Job& job) {
  clear_persist(job);
  auto is_on_host = [](const plan::Step& step) { return step.act == plan::Act::add_alias || step.act == plan::Act::mount; };
  if (!plan::is_true(job.wanted, "persist")) leaves_strays_ |= std::ranges::any_of(job.steps, is_on_host);
  if (!job.failed && questions_.started) questions_.started(job.wanted, job.jid);
  settle(job, /*light=*/false);
}

/// Without processes the jail ends with this.
void Scheduler::clear_persist(Job& job) {
  if (!job.own_persist) return;
  job.own_persist = false;
  std::vector<model::Setting> settings = {{"jid", {std::to_string(job.jid)}}, {"nopersist", {}}};
  auto changed = ports_.jails.set(settings, model::SetMode::update, /*attaching=*/false);
  executor_.note_set(job, "JAIL_UPDATE", settings, changed ? "" : changed.error().text());
  latency::mark("persist");
}

void Scheduler::turn_set(Job& job) {
  if (job.jid < 0 && !job.pulled_in) {
    executor_.warn_quoted(job, "not found", "no jail specified");
    return fail(job);
  }
  if (is_blocked(job)) return;
  if (!job.pulled_in && !update(job)) return fail(job);
  settle(job, /*light=*/false);
}

void Scheduler::turn_stop(Job& job) {
  if (job.phase == Phase::idle) {
    if (is_blocked(job)) return;
    bool runs = job.jid > 0;
    if (runs ? orders_.clean_only : !orders_.clean_up) {
      if (!job.pulled_in && !job.wild) {
        if (orders_.verbosity >= 0)
          executor_.warn_quoted(job, runs ? "already exists" : "not found", "no jail specified");
        job.failed = error_ = true;
      }
      return stopped(job);
    }
    begin(job, runs ? plan::stop(job.wanted, job.fstab) : plan::clean_up(job.wanted, job.fstab), Phase::stopping);
  } else if (job.failed && job.jid > 0) {
    return stopped(job);
  }
  if (!advance(job)) stopped(job);
}

void Scheduler::stopped(Job& job) {
  settle(job, /*light=*/false);
  if (!(job.ops & op_start) || job.failed) return;
  job.phase = Phase::idle;
  job.ops = op_start;
  count_pending(job);
  if (job.pending == 0)
    queues_.make_ready(job);
  else
    job.place = Place::blocked;
}

}  // namespace cellblock::apply
