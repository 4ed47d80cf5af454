// What only sysctl(8) can tell a network stack: the files below /proc/sys/net.
#pragma once

#include "base/error.hpp"
#include "base/fd.hpp"
#include "sys/mount.hpp"

namespace cellblock::net {

/// The settings of many network stacks, one after the other. In one /proc the kernel files "net/ipv6" of every stack
/// under the same name and looks through all of them for the one that is meant: among a thousand stacks that takes
/// longer than to make the next. So this looks in a /proc of its own, and takes a new one every so often.
class Settings {
 public:
  /// A folder below /proc/sys/net, as the network stack that `network` stands for has it.
  Result<Fd> open(int network, const char* path);

 private:
  sys::Tree proc_;
  unsigned stacks_ = 0;  ///< seen through `proc_`
};

}  // namespace cellblock::net
