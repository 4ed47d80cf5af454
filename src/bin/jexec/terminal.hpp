// The controlling terminal's foreground process group, as the proxy hands it to the command and takes it
// back.
#pragma once

#include <sys/types.h>

#include <optional>

namespace cellblock::jexec {

/// The foreground group; empty without a controlling terminal.
std::optional<pid_t> foreground_group();

/// If `from` is in the foreground, puts `to` there; whether that was done.
bool hand_over(pid_t from, pid_t to);

}  // namespace cellblock::jexec
