// The last steps of every process that enters a jail, in this order and for these reasons:
//
//   descriptors   nothing above 2 goes in; closed before any path of the jail is used: /proc/self/fd/N is one
//   keyring       a session keyring of its own, not the administrator's
//   landlock      abstract unix sockets of the host are out of reach; before the capability it needs goes
//   bounding set  what root in the jail may ever regain
//   seccomp       needs CAP_SYS_ADMIN or no_new_privs, so before the user changes
//   user          groups first, then gid, uid last
//   exec          by name through the jail's own PATH
//
// Everything is computed before the clone: the child runs in its parent's memory and allocates nothing.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "kernel/policy.hpp"
#include "kernel/users.hpp"
#include "model/jail.hpp"
#include "port/jails.hpp"

namespace cellblock::kernel {

struct Confinement {
  bool own_users = false;       ///< in the jail's user namespace
  bool shared_stack = false;    ///< abstract sockets of others are in its network namespace
  bool powerless = false;       ///< allow.nosuser: uid 0 is a number like any other
  uint64_t capabilities = 0;    ///< the bounding set to keep
  std::vector<sock_filter> filter;
  int warden = -1;              ///< connection for the filter's notification descriptor; -1: no listener
  int usher = -1;               ///< the program that executes the command in our place (src/keeper/usher.c)
  Fd program;                   ///< what to run instead of the candidates, if anything
  model::JailId jid = 0;
  std::optional<User> user;     ///< nullopt: root
  std::string directory = "/";
  std::vector<std::string> candidates;  ///< files to try for argv[0], in PATH order
  std::vector<char*> argv, environment;  ///< point into what the maker keeps alive
  std::vector<char*> script;             ///< sh, the file to be, argv[1] ...: for a script without #!
  std::vector<char*> ushered;            ///< the file to be, argv: for the usher
  std::vector<std::string> words;        ///< keeps argv and environment alive
  int standard_output = -1, standard_error = -1;
  bool keep_descriptors = false;
  bool new_session = false;     ///< in the background: with a session and, in a jail, a parent of its own
  bool leaves_group = false;    ///< becomes a process group of its own, so that none of its signals reaches this one
  bool takes_terminal = false;  ///< which then is the terminal's foreground
  void (*before_exec)() = nullptr;
};

/// For process 1 of a jail with linux.init.
Confinement confinement_of_init(const model::Prison& prison, Listener listener);

/// For an entry into a jail; `user` is looked up already.
Confinement confinement_of(const model::Jail& jail, const port::Entry& entry, std::optional<User> user,
                           Listener listener);

/// The same for a program that runs outside of any jail: only what `entry` asks for.
Confinement manner_of(const port::Entry& entry, std::optional<User> user);

/// Runs in the child, inside the jail's namespaces: confines it and execs. Returns an exit status only when
/// that failed; `error` and `what` then say how.
int run_confined(Confinement& confinement, int& error, const char*& what);

/// The same for manner_of(): descriptors, user, directory and exec.
int run_free(Confinement& manner, int& error, const char*& what);

/// FreeBSD's words for what can go wrong between the fork and the exec.
tl::unexpected<Error> entry_failure(int error, const char* what, const port::Entry& entry,
                                    const Confinement& confinement);

}  // namespace cellblock::kernel
