// A machine in memory: what the fake ports share. They keep state, write down what they were asked to do, and can
// fail on the Nth request.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/snapshot.hpp"
#include "port/jails.hpp"
#include "port/watch.hpp"

namespace cellblock::fake {

/// What a program does when it is run. Programs without a script end at once with status 0; `echo`, and `sh -c`
/// with it, print.
struct Script {
  int status = 0;                        ///< waitpid(2)'s: exit status << 8, or a signal
  std::chrono::milliseconds runs{0};     ///< until it ends by itself
  size_t leaves = 0;                     ///< processes that it leaves behind in its jail
  std::optional<std::chrono::milliseconds> ends_after_sigterm = std::chrono::milliseconds(0);  ///< of those
};

struct Process {
  model::JailId jid = 0;                ///< 0: on the host
  std::optional<port::Time> ends_at;    ///< nothing: never by itself
  std::optional<std::chrono::milliseconds> ends_after_sigterm;
  int status = 0;
};

class World {
 public:
  /// Every request to a port, in order: "set create name=web", "mount /a /p/a nullfs" ...
  std::vector<std::string> log;
  /// The request to fail, counted from 1 over all ports; 0: none. Reading requests are not counted.
  int fail_at = 0;
  int requests() const { return requests_; }

  /// Scripts by the words of a command, joined by blanks.
  std::map<std::string, Script> scripts;
  /// Programs that are not there: running one is an error before it runs.
  std::vector<std::string> missing;
  /// What programs print, line by line with its newline, and the environment they print it in.
  std::function<void(std::string_view)> output = [](std::string_view) {};

  port::Time now{};
  std::map<pid_t, Process> processes;
  model::Snapshot jails;

  /// Writes a request down; fails if it is the one to fail.
  Result<> request(std::string text);
  /// Starts a program.
  Result<pid_t> spawn(model::JailId jid, const port::Entry& entry);
  /// Ends all processes of a jail.
  void kill_all(model::JailId jid);
  /// Whether anything runs in the jail. Processes whose time has come count as gone.
  bool is_populated(model::JailId jid) const;

 private:
  int requests_ = 0;
  pid_t next_pid_ = 100;
};

}  // namespace cellblock::fake
