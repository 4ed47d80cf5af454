// Interfaces that visit a jail with a network stack of its own, and come home when it ends.
//
// The mark on an interface (net/vnet.hpp) is a name like any other: the jail's root can put it on one of its own. So the journal
// says which marks there are, and what they are on: nothing else comes home, and nothing under another name. The jail's
// network namespace is pinned below /run/cellblock/lent as long as something in it was lent, for a jail may end with nobody looking.
#pragma once

#include <string>

#include "kernel/registry.hpp"
#include "net/network.hpp"

namespace cellblock::kernel {

/// Moves `link`, of the stack that jail `from` has (0: the host's), to `jail`. Why::invalid: that one has none of its own.
Result<> lend_to(Registry& registry, net::Network& home, const net::Link& link, model::JailId from, const model::Jail& jail);

/// Brings the interface home that went to the jail by this name. False: none did.
Result<bool> take_back(Registry& registry, const model::Jail& jail, const std::string& name);

/// Brings home all that was lent to the jail, which has ended or is about to.
void bring_home(Registry& registry, const model::Jail& jail);

/// What the jail's creator, itself a jail, has lent it with no journal to write to: back to the stack of the jail around it.
/// `network`: the ended jail's.
void return_to_parent(Registry& registry, int network, model::JailId parent);

}  // namespace cellblock::kernel
