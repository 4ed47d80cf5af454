// What the scheduler acts through, and what it is told to do.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apply/job.hpp"
#include "apply/voice.hpp"
#include "port/jails.hpp"
#include "port/links.hpp"
#include "port/mounts.hpp"
#include "port/programs.hpp"
#include "port/watch.hpp"

namespace cellblock::apply {

struct Ports {
  port::Jails& jails;
  port::Mounts& mounts;
  port::Links& links;
  port::Programs& programs;
  port::Watch& watch;
  Voice& voice;
};

/// The command line, but for the jails.
struct Orders {
  Ops ops = 0;
  bool clean_up = false;      ///< -C
  bool clean_only = false;    ///< -C without -r: a jail that runs is left alone
  int verbosity = 0;          ///< -1: -q, 1: -v
  bool print_jid = false;     ///< -i
  size_t parallel = 0;        ///< -p: commands at a time; 0: no limit
  bool note_removed = false;  ///< say `removed` of jails that are stopped
  bool warn_dying = false;    ///< -d
  std::string bsd_commands;   ///< folder that comes first in PATH of commands on the host; empty: none
};

/// What the scheduler asks of the program around it.
struct Questions {
  /// Everything that is wrong with a configured jail's parameters, as lines for standard error; empty: nothing.
  /// `id` is the jail's place among those given to the scheduler.
  std::function<std::string(size_t id, const model::Wanted& wanted, bool only_stops)> check;
  /// The addresses of a host, for ip_hostname.
  std::function<Result<std::vector<std::string>>(const std::string& host)> look_up;
  /// Told of every jail that has been started, for -J.
  std::function<void(const model::Wanted& wanted, model::JailId jid)> started;
};

}  // namespace cellblock::apply
