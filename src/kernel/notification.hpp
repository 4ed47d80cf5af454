// One system call that a jail's process waits in, as the warden sees it.
#pragma once

#include <linux/seccomp.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "model/jail.hpp"

namespace cellblock::kernel {

class Notification {
 public:
  /// The next one of `listener`; empty when the caller has gone meanwhile.
  static std::optional<Notification> receive(int listener);

  long number() const { return call_.data.nr; }
  uint64_t argument(int index) const { return call_.data.args[index]; }
  bool is_native() const;  ///< not a 32-bit call
  pid_t pid() const { return static_cast<pid_t>(call_.pid); }

  /// Whether the caller still waits: what was read from its memory before this says so is its own.
  bool valid() const;

  Result<std::string> read_memory(uint64_t address, size_t length) const;
  Result<std::string> read_string(uint64_t address, size_t limit = 4096) const;
  Result<> write_memory(uint64_t address, std::string_view data) const;

  void succeed(int64_t value) const;
  void refuse(int error_number) const;
  /// Lets the caller make the call itself, with its own rights.
  void proceed() const;
  /// Puts a copy of `fd` into the caller; returns its number there.
  Result<int> inject(int fd, bool close_on_exec = true) const;

  /// Whether the caller is root in the jail. A right that the warden uses for it must be one that it has.
  bool by_root_of(const model::Jail& jail) const;

  /// The jail that the caller is in, by its cgroup: "cellblock/7/9" is jail 9.
  Result<model::JailId> jail() const;

 private:
  Notification(int listener, const seccomp_notif& call) : listener_(listener), call_(call) {}
  int listener_;
  seccomp_notif call_;
};

/// The jid in a line of /proc/PID/cgroup, 0 if there is none. The last all-digit component behind "cellblock"
/// counts; a jail that makes groups of its own can only pass for a jail inside it.
model::JailId jail_in_cgroup(std::string_view cgroup_file);

}  // namespace cellblock::kernel
