// The sockets of the calling process' network namespace as their owners know them: a jail's TCP socket that the kernel has
// on a private port is shown with the address and the port that were asked for.
#pragma once

#include <vector>

#include "base/error.hpp"
#include "sys/sock_diag.hpp"

namespace cellblock::bpf {

/// See sys::waiting_sockets() and sys::all_sockets(). Who may not ask the programs sees what the kernel has.
Result<std::vector<sys::Socket>> waiting_sockets();
Result<std::vector<sys::Socket>> all_sockets();

/// By what the programs keep with it, `socket.storage`. One that is connected stays as it is: that port is its own.
void show_as_asked(sys::Socket& socket);

}  // namespace cellblock::bpf
