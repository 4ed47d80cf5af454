// The birth of a jail's process 1: namespaces, root and mounts, then the keeper (or the jail's own init).
//
// Everything is prepared by the host as detached mounts; the child is cloned out of the spawner namespace,
// which holds one empty read-only tmpfs, so one mount is copied whatever the host has mounted. The child lays
// its root over that tmpfs and chroots into it. Nothing leads out: below the root lies only the empty tmpfs.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "kernel/home.hpp"
#include "model/jail.hpp"
#include "sys/mount.hpp"

namespace cellblock::kernel {

/// A mount to lay into the jail, by a path inside it.
struct Inlay {
  sys::Tree tree;
  std::string target;
};

struct BirthRequest {
  const model::Prison& prison;
  const model::Runtime* parent = nullptr;  ///< of the jail around it; nullptr: the host
  uint32_t uid_base = 0;                   ///< host id of id 0; ignored below a parent, which shares its own
  int group = -1;                          ///< directory of the jail's cgroup
  int root = -1;                           ///< directory that becomes its root
  std::vector<Inlay> inlays;               ///< mounts found or made below the root, outermost first
  sys::Tree dev;                           ///< /dev, if the jail gets one
  bool sysfs = false;                      ///< a read-only /sys of its network
  bool mounts_freely = false;              ///< root in it, or in a jail around it, has the mount system calls
};

/// CLONE_NEW* for what the jail does not share with its surroundings.
uint64_t namespaces_of(const model::Prison& prison);

struct Newborn {
  pid_t pid = 0;
  Fd pidfd;
};

/// Makes the process. It is a child of the caller; when the caller ends, it goes on.
Result<Newborn> give_birth(const Home& home, BirthRequest& request);

}  // namespace cellblock::kernel
