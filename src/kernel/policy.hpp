// What a process in a jail may ask of the kernel: one table from the jail's parameters to seccomp rules and
// capabilities.
//
// The rules follow FreeBSD's prison_priv_check(9): what root in a jail may do there it may do here; the rest is
// refused, with FreeBSD's errno where it defines one.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

#include "model/jail.hpp"

namespace cellblock::kernel {

/// Who answers the calls that need a warden (jails inside, mounts, uname).
enum class Listener : uint8_t {
  none,   ///< nobody: they are refused, or plain
  own,    ///< the filter to be installed gets a listener
  above,  ///< a filter that the process has already, the surrounding jail's, has one; this one lets them pass to it
};

/// The seccomp program for processes that enter the jail.
std::vector<sock_filter> filter_for(const model::Prison& prison, Listener listener);

/// Capabilities that stay in the bounding set (bit n: capability n).
uint64_t capabilities_for(const model::Prison& prison);

/// Where a jail's sockets live.
enum class Stack : uint8_t {
  own,     ///< vnet
  nowhere, ///< no addresses of either family: a network namespace with nothing in it
  shared,  ///< that of the host or of the jail around it
};
Stack stack_of(const model::Prison& prison);

/// Whether the jail, on a stack that is not its own, has some of its addresses only: ip4.addr, ip6.addr or those of
/// the jail around it.
bool is_restricted(const model::Prison& prison);

/// Whether some parameter can only be served by a warden, a helper process on the host.
bool needs_warden(const model::Prison& prison);

/// The system call number by which jail(8) in a jail reaches its warden. No kernel has a call with this number,
/// so outside of a jail it answers ENOSYS, and in a jail without warden EPERM: that tells where one is.
inline constexpr uint32_t jail_call = 0x0ce11;

}  // namespace cellblock::kernel
