// Which process holds which socket, by /proc/PID/fd.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/error.hpp"

namespace cellblock::sys {

/// The socket's inode number in a link of /proc/PID/fd, "socket:[4711]"; 0 for another file.
uint32_t socket_inode(std::string_view link);

/// Descriptor `fd` of process `pid` is the socket; `proc` is open at /proc.
using EachHolder = std::function<void(int proc, int pid, int fd, uint32_t inode)>;

/// Of the processes that `wanted` says. They come and go meanwhile: one that can't be read has no sockets for us.
Result<> each_socket_holder(const std::function<bool(int pid)>& wanted, const EachHolder& each);

}  // namespace cellblock::sys
