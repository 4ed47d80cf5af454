#include "proxy.hpp"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "signals.hpp"
#include "terminal.hpp"

namespace cellblock::jexec {
namespace {

// Set by prepare() before the fork, read by before_exec() after it: a child of vfork(2) may not be given
// more.
struct {
  Group group = Group::shared;
  bool takes_terminal = false;
  SignalMask mask = 0;
  struct sigaction child_ended;
  int self = -1;  ///< a pidfd of the proxy
} inherited_state;

/// What the terminal's driver or a hangup sends by itself, to a whole group (termios(3), tty_ioctl(4)).
constexpr SignalMask from_terminal = only(SIGINT) | only(SIGQUIT) | only(SIGTSTP) | only(SIGTTIN) |
                                     only(SIGTTOU) | only(SIGWINCH) | only(SIGHUP) | only(SIGCONT);

class Proxy {
 public:
  explicit Proxy(pid_t child) : child_(child) {}
  End run();

 private:
  bool look_at_child();
  void share_stop(int signal);
  void stop_like(int signal);
  void resume(const siginfo_t& info, bool stop_was_shared);
  void pass_on(const siginfo_t& info);
  void pass_on_terminal(int signal, pid_t group);
  void send(const siginfo_t& info);

  pid_t own_group() const { return ::getpgrp(); }
  pid_t child_group() const { return ::getpgid(child_); }
  /// The command leads a group: with FreeBSD's jexec that would be the group jexec is in.
  bool child_leads(pid_t group) const { return group == child_; }

  pid_t child_;
  bool had_terminal_ =
      false;  ///< when it stopped, the command's own group was in the foreground or wanted to be
  End end_;
};

End Proxy::run() {
  for (;;) {
    siginfo_t info;
    int signal = next_signal(every_signal, info);
    if (signal == SIGCHLD) {
      if (look_at_child()) return end_;
      // Signals of one number merge: one that somebody sent may hide the kernel's, so both are done.
      if (info.si_code <= 0) pass_on(info);
    } else if (signal == SIGCONT) {
      resume(info, false);
    } else {
      pass_on(info);
    }
  }
}

/// True once it has ended.
bool Proxy::look_at_child() {
  siginfo_t state{};
  if (::waitid(P_PID, child_, &state, WEXITED | WSTOPPED | WNOHANG | WNOWAIT) != 0) {
    end_ = {false, 1};
    return true;
  }
  if (state.si_pid == 0) return false;
  if (state.si_code == CLD_TRAPPED) {  // it takes its parent for a tracer (PTRACE_TRACEME): not this one
    ::waitid(P_PID, child_, &state, WSTOPPED | WNOHANG);
    ::ptrace(PTRACE_DETACH, child_, nullptr, state.si_status == SIGTRAP ? 0L : static_cast<long>(state.si_status));
    return false;
  }
  if (state.si_code == CLD_STOPPED) {
    // Both were stopped by somebody else, and this process has been told to continue: that comes next.
    if (pending_signals() & only(SIGCONT)) return false;
    ::waitid(P_PID, child_, &state, WSTOPPED | WNOHANG);
    share_stop(state.si_status);
    return false;
  }
  // Still a zombie, so that it has a group: the terminal may be left with it, and nobody else can tell that
  // this dead group stood for ours.
  pid_t group = child_group();
  if (child_leads(group)) hand_over(group, own_group());
  ::waitid(P_PID, child_, &state, WEXITED);
  end_ = {state.si_code != CLD_EXITED, state.si_status};
  return true;
}

void Proxy::share_stop(int signal) {
  pid_t group = child_group(), own = own_group();
  had_terminal_ = false;
  if (child_leads(group)) {
    bool wants = signal == SIGTTIN || signal == SIGTTOU;
    auto foreground = foreground_group();
    if (wants && foreground == own && hand_over(own, group)) {
      ::kill(-group, SIGCONT);  // it was refused the terminal although "it" is the foreground job
      return;
    }
    had_terminal_ = wants || foreground == group;
    if (foreground == group) hand_over(group, own);
  }
  stop_like(signal);
}

/// Stops this process by the signal that stopped the command, so that the shell above sees the same. Where
/// the kernel does not let it (nobody could continue an orphaned group), the command goes on as it would
/// have.
void Proxy::stop_like(int signal) {
  restore_default(signal);
  ::kill(::getpid(), signal);
  change_mask(SIG_UNBLOCK, only(signal));
  change_mask(SIG_BLOCK, only(signal));
  siginfo_t info;
  if (next_signal(only(SIGCONT), info, false) == SIGCONT)
    resume(info, true);
  else
    ::kill(child_, SIGCONT);
}

/// This process was told to continue. If its group was, the command has been continued too, and may even have
/// stopped again: a stop that has not been asked for yet, where the one before it was shared.
void Proxy::resume(const siginfo_t& info, bool stop_was_shared) {
  pid_t group = child_group(), own = own_group();
  if (had_terminal_ && child_leads(group)) hand_over(own, group);
  had_terminal_ = false;
  auto reported = [&](int what) {
    siginfo_t state{};
    return ::waitid(P_PID, child_, &state, what | WNOHANG) == 0 && state.si_pid != 0;
  };
  if (reported(WCONTINUED)) return;
  if (stop_was_shared && reported(WSTOPPED | WNOWAIT)) return;
  if (group != own && child_leads(group))
    ::kill(-group, SIGCONT);
  else
    pass_on(info);
}

/// Whether the sender sees other process ids than this process. It is in the jail then, where this process
/// has no id: it can only have signalled the whole group, the command included.
bool sent_from_inside(const siginfo_t& info) {
  if (info.si_code != SI_USER || info.si_pid <= 0) return false;
  char path[40], theirs[64] = {}, ours[64] = {};
  std::snprintf(path, sizeof path, "/proc/%d/ns/pid", info.si_pid);
  if (::readlink(path, theirs, sizeof theirs - 1) <= 0) return false;
  return ::readlink("/proc/self/ns/pid", ours, sizeof ours - 1) > 0 && std::strcmp(theirs, ours) != 0;
}

void Proxy::pass_on(const siginfo_t& info) {
  pid_t group = child_group();
  if (info.si_code > 0 && (only(info.si_signo) & from_terminal))
    pass_on_terminal(info.si_signo, group);
  else if (group != own_group() || !sent_from_inside(info))
    send(info);
}

void Proxy::pass_on_terminal(int signal, pid_t group) {
  bool hangup = signal == SIGHUP || signal == SIGCONT;
  if (hangup && ::getsid(0) == ::getpid())
    ::kill(child_, signal);  // told to the session's leader alone, which the command would be
  else if (group != own_group() && child_leads(group))
    ::kill(-group, signal);
  // Else it is in the same group, and has had this signal from the terminal itself.
}

void Proxy::send(const siginfo_t& info) {
  if (info.si_code == SI_QUEUE)
    ::sigqueue(child_, info.si_signo, info.si_value);
  else
    ::kill(child_, info.si_signo);
}

}  // namespace

Group group_for(const std::vector<std::string>& command) {
  constexpr std::string_view shells[] = {"sh",   "bash", "dash", "ash", "csh",
                                         "tcsh", "ksh",  "mksh", "zsh", "fish"};
  if (!::isatty(0)) return Group::shared;
  if (command.empty()) return Group::own;
  std::string_view name = command[0];
  name.remove_prefix(name.rfind('/') + 1);
  if (std::ranges::find(shells, name) == std::end(shells)) return Group::shared;
  for (size_t at = 1; at < command.size(); ++at) {
    std::string_view argument = command[at];
    bool option = argument.starts_with('-');
    bool string = !argument.starts_with("--") && argument.contains('c');
    if (!option || string) return Group::shared;
  }
  return Group::own;
}

void prepare(Group group) {
  inherited_state.group = group;
  inherited_state.takes_terminal = group == Group::own && ::tcgetpgrp(0) == ::getpgrp();
  inherited_state.mask = change_mask(SIG_BLOCK, every_signal);
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;  // ignored, it would have the kernel reap the command
  ::sigaction(SIGCHLD, &action, &inherited_state.child_ended);
  inherited_state.self = ::syscall(SYS_pidfd_open, ::getpid(), 0);
}

void before_exec() {
  if (inherited_state.group == Group::own) ::setpgid(0, 0);
  if (inherited_state.takes_terminal) ::tcsetpgrp(0, ::getpid());  // SIGTTOU is blocked: it is let
  // Here and not earlier: a change of user ids would take it away again (prctl(2)).
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd self{inherited_state.self, POLLIN, 0};
  if (::poll(&self, 1, 0) == 1 && (self.revents & POLLIN)) ::_exit(1);  // killed before that
  ::sigaction(SIGCHLD, &inherited_state.child_ended, nullptr);
  change_mask(SIG_SETMASK, inherited_state.mask);
}

End follow(pid_t child, const std::vector<int>& inherited) {
  for (int fd : inherited) ::close(fd);
  if (inherited_state.self >= 0) ::close(inherited_state.self);
  return Proxy(child).run();
}

void end_like(End end) {
  if (!end.by_signal) ::_exit(end.value);
  ::prctl(PR_SET_DUMPABLE, 0);  // the command's core is the one that matters
  restore_default(end.value);
  ::kill(::getpid(), end.value);
  change_mask(SIG_UNBLOCK, only(end.value));
  ::_exit(128 + end.value);  // still here: process 1 of a container, whom default actions spare
}

}  // namespace cellblock::jexec
