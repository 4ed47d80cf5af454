// One jail on its way: what is to become of it, and how far it has come.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/wanted.hpp"
#include "plan/manner.hpp"
#include "plan/step.hpp"
#include "port/watch.hpp"

namespace cellblock::apply {

/// What is to be done, as bits: start|stop is a restart, start|set starts or changes, set|stop changes and
/// restarts for what can't be changed, all three do whatever it takes.
using Ops = uint8_t;
inline constexpr Ops op_start = 1, op_set = 2, op_stop = 4;

/// Whether dependents come before what they depend on: while stopping, also in a restart.
inline bool is_backward(Ops ops) { return (ops & (op_set | op_stop)) == op_stop; }

enum class Phase : uint8_t { idle, starting, stopping, unwinding };
enum class Place : uint8_t { nowhere, ready, blocked, waiting, limited };

struct Job;

/// `dependent` needs `dependency`. Both ends know the edge; `done` is per direction: forward, backward.
struct Edge {
  Job* dependent = nullptr;
  Job* dependency = nullptr;
  bool light = false;  ///< a dotted name: the parent only has to exist
  bool done[2] = {false, false};
};

struct Job {
  size_t id = 0;        ///< the key under which its processes are watched
  model::Wanted wanted;
  std::string label;    ///< its name in messages; empty for a jail described on the command line
  Ops ops = 0;          ///< 0: not selected
  bool wild = false;    ///< selected by a wildcard, or by naming none: what is done already is no error
  bool pulled_in = false;  ///< selected only because another job needs it
  bool failed = false;
  bool prepared = false;
  bool own_persist = false;  ///< `persist` is set for the time of the start only
  bool attached = false;     ///< lives by its one command instead; see Executor
  bool unseen = false;       ///< not looked up: its creation will tell whether it exists

  model::JailId jid = 0;       ///< 0: not looked up; -1: does not run
  model::JailId last_jid = 0;  ///< the latest it had, for the environment of its hooks
  const model::Jail* running = nullptr;  ///< as it was found running

  plan::Manner manner;
  std::vector<std::string> fstab;
  std::vector<std::string> found_aliases;  ///< the host had them before the start

  Phase phase = Phase::idle;
  plan::Steps steps;
  size_t next = 0;        ///< the step to do next; the one before may be under way
  std::string command;    ///< the command under way, as messages show it
  bool inside = false;    ///< it runs in the jail
  bool ignore_status = false;
  bool terminating = false;  ///< waits for the jail's own processes, not for a command
  size_t processes = 0;      ///< how many it waits for
  int status = 0;            ///< waitpid(2)'s of the one that ended last
  bool timed_out = false;
  std::optional<port::Time> deadline;

  Place place = Place::nowhere;
  bool first_in_line = false;  ///< was let through by the limit once: goes back to the head of its queue
  size_t pending = 0;          ///< edges that keep it blocked
  std::vector<Edge*> needs, needed_by;
};

}  // namespace cellblock::apply
