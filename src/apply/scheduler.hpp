// Many jails at once: one event loop, in which every jail goes from step to step.
//
// A jail holds the processor until it has to wait for a process; then the next that can go on has its turn.
// The rules of order are jail(8)'s: state.c and command.c as described in jail.conf(5) and jail(8).
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apply/executor.hpp"
#include "apply/graph.hpp"
#include "apply/ports.hpp"
#include "apply/queues.hpp"
#include "apply/running.hpp"
#include "plan/cables.hpp"

namespace cellblock::apply {

/// Which jails a word on the command line may stand for.
enum class Source : uint8_t {
  command_line,  ///< the one jail described there, whatever the word
  file,          ///< configured jails; to stop them also running ones
  running,       ///< -R: running ones only
};

/// What is to become of a running jail's cables.
struct CableChanges {
  std::vector<model::CableWish> cables;
  pid_t keeper = 0;
};

class Scheduler {
 public:
  /// `wanted` are the jails of the file in its order, or the one of the command line, or none. Those with
  /// problems fail when their turn comes; the problems have been printed.
  Scheduler(Ports ports, Orders orders, Questions questions, std::vector<model::Wanted> wanted, Source source);

  /// Selects what `target` names; an empty one: all. False, with the message out, if nothing has that name.
  bool select(std::string_view target);

  /// Does everything. The exit status: 1 if any jail failed.
  int run();

 private:
  // scheduler.cc: who is next
  void set_up_dependencies();
  void enqueue(Job& job, bool wild);
  bool select_running(std::string_view pattern);
  Job* running_job(std::string_view target);
  Job& add_running(const model::Jail& jail);
  Job* next_job();
  std::optional<port::Ended> wait();
  Job* expired();
  bool deadline_reached() const;
  void put_to_sleep(Job& job);
  void fail(Job& job);

  // turn.cc: one turn of one job
  void turn(Job& job);
  bool prepare(Job& job);
  bool look_up(Job& job);
  bool finish_command(Job& job);
  bool resolve_operation(Job& job);
  void turn_start(Job& job);
  void turn_set(Job& job);
  void turn_stop(Job& job);
  bool begin(Job& job, plan::Steps steps, Phase phase);
  bool advance(Job& job);
  void started(Job& job);
  void stopped(Job& job);
  void clear_persist(Job& job);

  // setting.cc: what a jail is, and is to become
  bool resolve_hostname(Job& job);
  bool read_fstabs(Job& job);
  Result<std::vector<std::string>> create_only_changes(Job& job);
  Result<CableChanges> cable_changes(Job& job);
  bool update(Job& job);

  // depending.cc: order between jobs
  bool is_blocked(Job& job);
  void pull_in(Job& other, Ops by);
  void settle(Job& job, bool light);
  void skip(Job& job);

  Ports ports_;
  Orders orders_;
  Questions questions_;
  Source source_;
  std::deque<Job> jobs_;
  size_t configured_;
  Executor executor_;
  Running running_;
  Graph graph_;
  Queues queues_;
  std::multimap<port::Time, Job*> deadlines_;
  size_t sleeping_ = 0;
  size_t commands_ = 0;  ///< under way, counted against -p
  bool error_ = false;
  bool dying_warned_ = false;
  bool leaves_strays_ = false;  ///< a jail that may have ended by now has something on the host
};

}  // namespace cellblock::apply
