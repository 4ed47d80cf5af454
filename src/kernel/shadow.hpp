// What a jail that is restricted to some addresses is shown of its network: a network namespace that holds nothing but
// these addresses, on interfaces that look like those of the host. Its netlink sockets are made there.
//
// Made when first asked for, and kept below /run/cellblock/shadow as long as the jail lives and keeps its addresses.
#pragma once

#include "kernel/home.hpp"
#include "model/jail.hpp"

namespace cellblock::kernel {

/// The namespace for `jail`, whose processes live in the one that `network` stands for.
Result<Fd> shadow_network(const Home& home, const model::Jail& jail, int network);

/// The jail is gone, or has other addresses.
void forget_shadow(const Home& home, model::JailId jid);

}  // namespace cellblock::kernel
