// One system call that a jail's process waits in, as the warden sees it.
#pragma once

#include <linux/seccomp.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "model/jail.hpp"
#include "model/snapshot.hpp"

namespace cellblock::kernel {

class Notification {
 public:
  /// The next one of `listener`; empty when the caller has gone meanwhile.
  static std::optional<Notification> receive(int listener);

  long number() const { return call_.data.nr; }
  uint64_t argument(int index) const { return call_.data.args[index]; }
  bool is_native() const;  ///< not a 32-bit call
  pid_t pid() const { return static_cast<pid_t>(call_.pid); }

  /// Whether the caller still waits: what was learned from its pid before this says so is its own.
  bool valid() const;

  /// Holds the caller's memory by descriptor: a pid may be another process' by the time it is used. Comes before the
  /// next three, while /proc is the host's.
  Result<> hold_memory();
  Result<std::string> read_memory(uint64_t address, size_t length) const;
  Result<std::string> read_string(uint64_t address, size_t limit = 4096) const;
  Result<> write_memory(uint64_t address, std::string_view data) const;

  void succeed(int64_t value) const;
  void refuse(int error_number) const;
  /// Lets the caller make the call itself, with its own rights.
  void proceed() const;
  /// Puts a copy of `fd` into the caller; returns its number there.
  Result<int> inject(int fd, bool close_on_exec = true) const;

  /// A copy of the caller's descriptor `number`. What is checked must be what is used: another thread may put
  /// something else under that number meanwhile.
  Result<Fd> descriptor(uint64_t number) const;

  /// Whether the caller is root in the jail. A right that the warden uses for it must be one that it has.
  bool by_root_of(const model::Jail& jail) const;

  /// The jail that the caller is in, by its cgroup: "cellblock/7/9" is jail 9 in jail 7.
  Result<model::JailId> jail() const;

 private:
  Notification(int listener, const seccomp_notif& call) : listener_(listener), call_(call) {}
  int listener_;
  seccomp_notif call_;
  Fd memory_;
};

/// The innermost jail of `now` whose group the process of this /proc/PID/cgroup is in, 0 if there is none. A jail
/// may make groups of its own and name them as it likes: one counts if it is where the jail of that number lives.
model::JailId jail_in_cgroup(std::string_view cgroup_file, const model::Snapshot& now);

}  // namespace cellblock::kernel
