// What a jail has mounted for itself (allow.mount). As on FreeBSD it may take that away again, but nothing that it
// was started with: a read-only mount may hide what it must not see.
#pragma once

#include <functional>
#include <vector>

#include "kernel/home.hpp"
#include "model/jail.hpp"
#include "sys/mount.hpp"

namespace cellblock::kernel {

/// A file of mount numbers (sys::mount_number) below /run/cellblock/mounts. It is written before a mount is made and
/// before one is taken away: a crash between leaves a mount that counts as the host's.
class OwnMounts {
 public:
  /// `keeper`: the jail's process 1, which sees all its mounts; a caller may have another root. To be called while
  /// /proc is the host's.
  static Result<OwnMounts> of(const Home& home, model::JailId jid, pid_t keeper);

  /// Keeps other calls of the jail away as long as this lives, and reads the file. Before the rest.
  Result<> lock();
  bool has(uint64_t number) const;
  /// Attaches `tree` to `target` as one of the jail's own.
  Result<> attach(const sys::Tree& tree, int target);
  /// Runs `unmount`, which takes the mount of that number away.
  Result<> drop(uint64_t number, const std::function<Result<>()>& unmount);

  /// The jail is gone; its number may become another's.
  static void forget(const Home& home, model::JailId jid);

 private:
  OwnMounts(const Home& home, model::JailId jid);
  Result<std::vector<sys::MountEntry>> table() const;
  Result<> drop_ended();
  Result<> disown_below(uint64_t top);
  Result<> save() const;

  const Home& home_;
  std::string name_;
  Fd lock_, table_;
  std::vector<uint64_t> numbers_;
};

}  // namespace cellblock::kernel
