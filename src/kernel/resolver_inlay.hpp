// `net.dns`: a resolv.conf(5) of the jail's own over the one of its root, where nothing is written.
#pragma once

#include <vector>

#include "kernel/birth.hpp"
#include "kernel/home.hpp"

namespace cellblock::kernel {

/// Adds it, if the jail has one; `root` is open at the jail's path. The root has to have an /etc/resolv.conf to lie under
/// it, if need be an empty one.
Result<> add_resolver(const Home& home, const model::Prison& prison, int root, std::vector<Inlay>& inlays);

/// The jail is gone.
void forget_resolver(const Home& home, model::JailId jid);

}  // namespace cellblock::kernel
