// The proxy: what is left of jexec once the command runs in the jail's process id namespace.
//
// On FreeBSD jexec becomes the command. On Linux entering a process id namespace takes a child, so a parent
// stays behind, and everything that looks at the parent must see the command: its exit status, its death by a
// signal, its stops, the signals sent to it, its place in the terminal's job control.
#pragma once

#include <sys/types.h>

#include <vector>

namespace cellblock::jexec {

/// How the command starts out.
struct Stance {
  /// In a process group of its own. Without it the command is in its proxy's group, so that whoever signals the
  /// group, the terminal above all, reaches both; but a group from outside is 0 inside the jail, and a shell that
  /// was started in the background would take itself for the foreground and take the terminal away.
  bool own_group = false;
};

/// Blocks every signal, so that none is lost between the fork and follow(). The child must call before_exec().
void prepare(Stance stance);

/// Runs in the child (port::Entry::before_exec): gives the command the signal mask and SIGCHLD disposition that jexec was started
/// with, and ties its life to the proxy's: kill -9 of jexec kills the command.
void before_exec();

/// The end of a command, as waitid(2) tells it.
struct End {
  bool by_signal = false;
  int value = 0;  ///< exit status, or the signal's number
};

/// Closes `inherited`, the proxy's copies of the command's descriptors (a pipe must see its end when the command
/// closes it), passes signals on and shares stops until the command has ended, and takes the terminal back.
End follow(pid_t child, const std::vector<int>& inherited);

/// Ends this process as the command ended.
[[noreturn]] void end_like(End end);

}  // namespace cellblock::jexec
