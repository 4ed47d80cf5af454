// The network stack of a vnet jail with the host's user ids (linux.userns = inherit).
//
// A capability that is held over the host's user namespace is held over the host's stack as well, and a cable shows the jail
// a way there (IFLA_LINK_NETNSID, IFLA_TARGET_NETNSID). So such a jail has no CAP_NET_ADMIN. Its stack belongs to a user
// namespace of its own in which nobody lives, and whose owner is root: user_namespaces(7) gives the owner all rights over what
// belongs to a namespace, and none over anything else.
#pragma once

#include "base/error.hpp"
#include "base/fd.hpp"
#include "kernel/home.hpp"
#include "model/jail.hpp"

namespace cellblock::kernel {

/// At a securelevel of 3 or more nobody in the jail changes its network: it gets a stack that is not root's.
bool root_owns_stack(const model::Prison& prison);

/// The stack that a jail is born in, where it is there before the jail; none: it has a new one, or that of what is around it.
Result<Fd> network_before(const Home& home, const model::Prison& prison, const model::Runtime* parent);

}  // namespace cellblock::kernel
