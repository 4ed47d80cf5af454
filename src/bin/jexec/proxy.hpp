// The proxy: what is left of jexec once the command runs in the jail's process id namespace.
//
// On FreeBSD jexec becomes the command. On Linux entering a process id namespace takes a child, so a parent
// stays behind, and everything that looks at the parent must see the command: its exit status, its death by a
// signal, its stops, the signals sent to it, its place in the terminal's job control.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace cellblock::jexec {

/// Which process group the command starts in.
///
/// `shared` with its proxy: whoever signals the group, the terminal above all, reaches both, and a pipeline
/// stays one job. But a group from outside is 0 inside the jail. `own`, with the terminal if the proxy's
/// group has it, is for an interactive shell. It would make that group anyway; but sharing, it would take
/// itself for the foreground when it is not and take the terminal away, and when it exits it could not put
/// the terminal back to group 0.
enum class Group { shared, own };

/// An interactive shell has its own group: `command` is empty (jexec's default) or a shell without operands,
/// and standard input is the terminal.
Group group_for(const std::vector<std::string>& command);

/// Blocks every signal, so that none is lost between the fork and follow(). The child must call
/// before_exec().
void prepare(Group group);

/// Runs in the child (port::Entry::before_exec): gives the command the signal mask and SIGCHLD disposition
/// that jexec was started with, and ties its life to the proxy's: kill -9 of jexec kills the command.
void before_exec();

/// The end of a command, as waitid(2) tells it.
struct End {
  bool by_signal = false;
  int value = 0;  ///< exit status, or the signal's number
};

/// Closes `inherited`, the proxy's copies of the command's descriptors (a pipe must see its end when the
/// command closes it), passes signals on and shares stops until the command has ended, and takes the terminal
/// back.
End follow(pid_t child, const std::vector<int>& inherited);

/// Ends this process as the command ended.
[[noreturn]] void end_like(End end);

}  // namespace cellblock::jexec
