#include "apply/scheduler.hpp"

#include "base/text.hpp"
#include "conf/resolve.hpp"

namespace cellblock::apply {

Scheduler::Scheduler(Ports ports, Orders orders, Questions questions, std::vector<model::Wanted> wanted,
                     Source source)
    : ports_(ports), orders_(std::move(orders)), questions_(std::move(questions)), source_(source),
      configured_(wanted.size()), executor_(ports, orders_), running_(ports.jails) {
  for (model::Wanted& one : wanted) {
    Job& job = jobs_.emplace_back();
    job.id = jobs_.size() - 1;
    job.failed = !one.problems.empty();
    job.label = one.configured ? one.name : "";
    job.wanted = std::move(one);
  }
  set_up_dependencies();
}

void Scheduler::set_up_dependencies() {
  if (source_ == Source::command_line) {
    for (Job& job : jobs_)
      if (const model::Setting* depend = job.wanted.find("depend"))
        for (const std::string& name : depend->values)
          if (auto jail = running_.find(name); !jail || !*jail) {
            ports_.voice.complain(fmt::format("jail: depends on nonexistent jail \"{}\"\n", name));
            job.failed = true;
          }
    return;
  }
  graph_.build(jobs_, [this](Job& job, std::string_view name) {
    executor_.warn(job, fmt::format("depends on undefined jail \"{}\"", name));
    job.failed = true;
  });
  for (Job* job : graph_.loops(jobs_)) {
    executor_.warn(*job, "dependency loop");
    job->failed = true;
  }
}

/// A single jail, or one named, starts at once and finds its dependencies by itself; of all jails only those
/// start that wait for none.
void Scheduler::enqueue(Job& job, bool wild) {
  job.ops = orders_.ops;
  job.wild = wild;
  job.pulled_in = false;
  count_pending(job);
  if (job.place == Place::nowhere) queues_.make_ready(job);
}

bool Scheduler::select(std::string_view target) {
  bool all = target.empty() || (target == "*" && source_ != Source::running);
  if (source_ == Source::command_line || all) {
    for (size_t at = 0; at < configured_; ++at) {
      Job& job = jobs_[at];
      job.ops = orders_.ops;
      job.wild = source_ == Source::file;
      count_pending(job);
      if (job.pending == 0 || job.failed)  // one that failed already only tells those that wait for it
        queues_.make_ready(job);
      else
        job.place = Place::blocked;
    }
    return true;
  }
  if (conf::is_wildcard(target)) {
    if (source_ == Source::running) return select_running(target);
    for (size_t at = 0; at < configured_; ++at)
      if (conf::wildcard_match(target, jobs_[at].wanted.name)) enqueue(jobs_[at], true);
    return true;
  }
  Job* job = source_ == Source::file ? graph_.find(target) : nullptr;
  if (!job && (orders_.ops & (op_start | op_set | op_stop)) == op_stop) job = running_job(target);
  if (!job) {
    ports_.voice.complain(fmt::format("jail: \"{}\" not found\n", target));
    error_ = true;
    return false;
  }
  enqueue(*job, false);
  return true;
}

bool Scheduler::select_running(std::string_view pattern) {
  auto all = running_.all();
  if (!all) {
    ports_.voice.complain(fmt::format("jail: {}\n", all.error().text()));
    error_ = true;
    return false;
  }
  for (const auto& [jid, jail] : (*all)->jails)
    if (conf::wildcard_match(pattern, jail.prison.name)) enqueue(add_running(jail), true);
  return true;
}

/// A running jail that the file knows by the name that it has now gets the file's hooks.
Job* Scheduler::running_job(std::string_view target) {
  auto jail = running_.find(target);
  if (!jail || !*jail) return nullptr;
  if (Job* configured = graph_.find((*jail)->prison.name)) return configured;
  return &add_running(**jail);
}

Job& Scheduler::add_running(const model::Jail& jail) {
  for (size_t at = configured_; at < jobs_.size(); ++at)
    if (jobs_[at].jid == jail.prison.jid) return jobs_[at];
  Job& job = jobs_.emplace_back();
  job.id = jobs_.size() - 1;
  job.label = job.wanted.name = jail.prison.name;
  job.wanted.configured = true;
  job.jid = job.last_jid = jail.prison.jid;
  job.running = &jail;
  job.prepared = true;
  job.manner = plan::manner_of(job.wanted);
  return job;
}

void Scheduler::fail(Job& job) {
  job.failed = true;
  if (job.place == Place::nowhere) queues_.make_ready_first(job);
}

void Scheduler::put_to_sleep(Job& job) {
  job.place = Place::waiting;
  job.timed_out = false;
  job.status = 0;
  ++sleeping_;
  if (!job.terminating) ++commands_;
  if (job.deadline) deadlines_.emplace(*job.deadline, &job);
}

bool Scheduler::deadline_reached() const {
  return !deadlines_.empty() && deadlines_.begin()->first <= ports_.watch.now();
}

/// The job whose time has been up longest.
Job* Scheduler::expired() {
  if (!deadline_reached()) return nullptr;
  Job* job = deadlines_.begin()->second;
  job->timed_out = true;
  ports_.watch.drop(job->id);
  return job;
}

/// While somebody can go on anyway, only looks.
std::optional<port::Ended> Scheduler::wait() {
  if (queues_.anyone_ready()) return ports_.watch.next(port::Time::min());
  return ports_.watch.next(deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first));
}

Job* Scheduler::next_job() {
  while (sleeping_ > 0) {
    Job* job = expired();
    if (!job) {
      auto ended = wait();
      if (!ended && queues_.anyone_ready()) break;
      if (!ended && deadlines_.empty()) break;
      if (!ended) continue;
      job = &jobs_[ended->key];
      job->status = ended->status;
      if (--job->processes > 0) continue;
    }
    auto [begin, end] = deadlines_.equal_range(job->deadline.value_or(port::Time::min()));
    for (auto at = begin; at != end; ++at)
      if (at->second == job) {
        deadlines_.erase(at);
        break;
      }
    --sleeping_;
    return job;
  }
  return queues_.take();
}

int Scheduler::run() {
  while (Job* job = next_job()) turn(*job);
  if (auto settled = ports_.links.join().and_then([this] { return ports_.links.settle(); }); !settled) {
    ports_.voice.complain(fmt::format("jail: {}\n", settled.error().text()));
    error_ = true;
  }
  if (leaves_strays_ || jobs_.size() > configured_)
    if (auto tidied = ports_.jails.tidy(); !tidied) {
      ports_.voice.complain(fmt::format("jail: {}\n", tidied.error().text()));
      error_ = true;
    }
  return error_ ? 1 : 0;
}

}  // namespace cellblock::apply
