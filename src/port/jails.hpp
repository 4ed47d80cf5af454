// The jail system calls as an interface: jail_set(2), jail_get(2), jail_remove(2), jail_attach(2).
//
// Implementations: kernel::HostJails (on the host, as root), wire::Client (inside a jail, by way of its
// warden), fake::Jails (tests, dry run).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "model/jail_set.hpp"
#include "model/snapshot.hpp"

namespace cellblock::port {

/// A program to run inside a jail.
struct Entry {
  /// argv[0] is looked up in PATH inside the jail. Empty: the shell, that is SHELL as the command would see it
  /// or else /bin/sh, with -i; its errors read `execlp: SHELL: ...` instead of `execvp: CMD: ...`.
  std::vector<std::string> argv;
  /// argv[0] is one of FreeBSD's commands that come with Cellblock: run whatever the jail's root has. For jails only.
  bool own_command = false;
  std::vector<std::string> environment;          ///< "NAME=value"
  std::vector<std::string> environment_last;     ///< the same, set after what `user` and `clean` set
  std::string directory;                         ///< working directory inside; empty: "/", with `clean` the home
  std::optional<std::string> user;               ///< user name to become
  bool user_from_host = false;                   ///< look `user` up in the host's user database
  bool clean = false;                            ///< environment only HOME SHELL TERM USER PATH
  int standard_output = -1, standard_error = -1;  ///< descriptors to use for 1 and 2; -1 keeps the caller's
  /// Pass 3 and above to the program too, else they are closed. For hooks on the host's side only: nothing but
  /// 0, 1 and 2 ever goes into a jail.
  bool keep_descriptors = false;
  uint32_t fib = 0;                              ///< routing table of its own, as of setfib(1); for jails only
  /// setsid(2) first: a command run in the background. In a jail process 1 is its parent; the child that enter() tells
  /// of has ended and been waited for.
  bool new_session = false;
  /// Called in the child last before execve(2), as the user it has become: async-signal-safe calls only, and
  /// nothing written to memory. Undoes what the caller blocked before (signals), sets what exec keeps.
  void (*before_exec)() = nullptr;
};

/// A child process of the caller, which gets SIGCHLD for it.
struct Child {
  pid_t pid = 0;
  Fd pidfd;
};

class Jails {
 public:
  virtual ~Jails() = default;

  /// jail_set(2): creates or changes a jail and returns its jid. A new jail without `persist` must be
  /// attached to at once: pass `attaching` and call enter() next.
  virtual Result<model::JailId> set(const std::vector<model::Setting>& settings, model::SetMode mode,
                                    bool attaching) = 0;

  /// jail_get(2) for all jails that the caller may see, already relative to it: names, paths and parents are
  /// the caller's view. Jails whose last process has ended are not in it.
  virtual Result<model::Snapshot> get() = 0;

  /// One jail by the caller's word for it: digits are a jid, anything else a name as the caller sees it. Cheaper
  /// than get(): nothing is known of other jails. Errors, Why::absent: `jail N not found`, `jail "X" not found`.
  virtual Result<model::Jail> find(std::string_view word) = 0;

  /// jail_remove(2): kills everything in the jail and in the jails below it, and waits until they are gone.
  virtual Result<> remove(model::JailId jid) = 0;

  /// fork(2), jail_attach(2) and execve(2) in one. An error is one that happened before the program ran, with
  /// FreeBSD's texts (`execvp: CMD: No such file or directory`).
  virtual Result<Child> enter(model::JailId jid, const Entry& entry) = 0;

  /// To be called when a child of enter() has been waited for: a jail that does not persist ends with its
  /// last process, and this process may have been it.
  virtual void left(model::JailId jid) = 0;

  /// Pids (as the caller sees them) of the processes that are in this very jail, its process 1 excepted.
  virtual Result<std::vector<pid_t>> processes(model::JailId jid) = 0;

  /// Undoes what was made on the host for jails that are gone, by the caller too: mounts below their roots, addresses.
  /// For jails that no file describes or that ended by themselves; call it when nothing is under way any more.
  virtual Result<> tidy() { return {}; }
};

}  // namespace cellblock::port
