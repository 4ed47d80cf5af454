// What the maker of a jail and its newborn process 1 share until that one is on its own, and the mounts laid meanwhile.
#pragma once

#include <atomic>

#include "kernel/birth.hpp"
#include "kernel/confine.hpp"

namespace cellblock::kernel {

/// The child only reads the plan and writes the outcome: it allocates nothing, for it runs in the parent's memory
/// while the parent goes on.
struct Cradle {
  // plan
  const BirthRequest* request = nullptr;
  Confinement* confinement = nullptr;  ///< for an init of the jail's own
  sys::Tree root, proc;
  int keeper = -1;  ///< its image
  Fd spawner;
  Fd network;  ///< the network namespace to be born in, if it is there before
  bool own_users = false;
  bool locks = false;  ///< what is laid by the host stays as it is, whatever root in the jail may mount
  // outcome
  std::atomic<int> go{0};
  int error = 0;
  const char* what = nullptr;
  const char* where = "";
  pid_t tid = 0;  ///< zeroed and woken by the kernel when the child has exec'ed or ended
  int pidfd = -1;
  pid_t pid = 0;
};

/// Notes errno as the reason of a failure. Not 0.
int give_up(Cradle& cradle, const char* what, const char* where = "");

/// Prepares what is to be laid once the child has its namespaces: maps the ids of files, makes proc and sysfs.
Result<> equip(Cradle& cradle, BirthRequest& request);

/// Into the mount namespace that the caller is in: the root, which becomes the caller's, and what lies below it.
int lay_root(Cradle& cradle);
/// By the child, where lay_root() was the parent's: into a mount namespace of its own, whose mounts are locked.
int take_root(Cradle& cradle);
/// By the child: what belongs to the jail's own user namespace.
int lay_own(Cradle& cradle);

}  // namespace cellblock::kernel
