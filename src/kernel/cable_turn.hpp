// What jail -m makes of one cable of a running jail, known before anything changes.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "kernel/registry.hpp"
#include "net/network.hpp"

namespace cellblock::kernel {

struct CableTurn {
  model::CableId id;
  std::optional<model::Cable> cable;      ///< what it is to be; none: it goes
  std::optional<record::CableMade> made;  ///< what it is, whole or in part; none: there is none
  std::optional<net::Link> far;           ///< its end in the jail
  bool stays = false;                     ///< only its addresses, routes and rules differ
  uint64_t like = 0;                      ///< fingerprint() of what was asked for
};

/// An error as it is to be read: "net.eth1.address: ...".
Result<> named(const std::string& cable, Result<> outcome);

/// Where each cable stands. `inside`: the jail's network.
Result<std::vector<CableTurn>> turns_for(net::Network& host, net::Network& inside, const record::State& state,
                                         std::span<const model::CableWish> wishes, model::JailId jid);

/// Whether the jail itself has something that is in the way: an interface of that name, a default route. Errors name the parameter.
Result<> check_inside(net::Network& inside, std::span<const CableTurn> turns);

/// The cable as it is by now, to be laid again.
model::CableWish as_it_is(const CableTurn& turn, const std::string& jail);

}  // namespace cellblock::kernel
