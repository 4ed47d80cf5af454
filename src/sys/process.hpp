// Processes by descriptor.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::sys {

Result<Fd> open_process(pid_t pid);

/// What tells one process from a later one with the same pid: the inode number of its pidfd (Linux 6.9), else
/// 0 and the start time in clock ticks from /proc/PID/stat.
struct ProcessMark {
  uint64_t inode = 0;
  uint64_t start = 0;
  friend bool operator==(const ProcessMark&, const ProcessMark&) = default;
};
Result<ProcessMark> mark_of(pid_t pid, int pidfd);
/// Whether it has begun to exit: it runs nothing any more, and has left its namespaces, but may take a while to end.
bool is_exiting(pid_t pid);
/// The process with this pid and mark, perhaps a zombie by now; Why::absent when it has gone.
Result<Fd> open_marked(pid_t pid, const ProcessMark& mark);
/// The process with this pid and mark, or Why::absent when it has gone (its zombie counts as gone).
Result<Fd> open_process(pid_t pid, const ProcessMark& mark);

Result<> send_signal(int pidfd, int signal);
/// Waits until the process has ended; `milliseconds` < 0 waits for ever. False: it has not.
Result<bool> wait_end(int pidfd, int milliseconds);
/// Reaps a child. Returns waitpid(2)'s status.
Result<int> reap(int pidfd);

/// The words behind `name` in the text of a /proc/PID/status (proc_pid_status(5)); none where there is no such line.
std::vector<std::string> status_words(std::string_view status, std::string_view name);

/// Runs `body` in a child that shares memory and descriptors, while the caller sleeps: for work that needs
/// another pid namespace for its process. `body` must not exit or throw. `cgroup` >= 0: the child is born there.
Result<> run_sharing(const std::function<void()>& body, int cgroup = -1);

/// clone3(2) of a child that runs `body(context)` on `stack` and shares the caller's memory; `body` must end
/// in execve(2) or return an exit status. Returns the child's pid.
struct CloneRequest {
  uint64_t flags = 0;      ///< CLONE_*
  int cgroup = -1;         ///< directory of the cgroup2 group to be born in
  int* pidfd = nullptr;    ///< with CLONE_PIDFD
  pid_t* child_tid = nullptr;  ///< with CLONE_CHILD_CLEARTID: cleared and woken when the child execs or ends
  void* stack = nullptr;   ///< nullptr: the common one
  uint64_t exit_signal = SIGCHLD;  ///< 0: none, and a caller that ignores SIGCHLD can still wait for it
};
Result<pid_t> clone_process(const CloneRequest& request, int (*body)(void*), void* context);

/// Sleeps until the child of `tid` (CloneRequest::child_tid, not 0 before) has exec'ed or ended. What CLONE_VFORK would
/// wait for, but no longer than `seconds`: others in its pid namespace can stop the child. It is killed then, and the
/// answer is false.
bool wait_departed(pid_t* tid, int pidfd, int seconds);

}  // namespace cellblock::sys
