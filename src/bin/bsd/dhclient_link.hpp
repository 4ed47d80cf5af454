// What dhclient(8) does to the world: packets on a link, and a lease put into effect.
#pragma once

#include <string>

#include "net/dhcp.hpp"
#include "net/network.hpp"

namespace cellblock::bsd {

/// The packets of DHCP on one Ethernet link, with and without an address.
class DhcpSocket {
 public:
  static Result<DhcpSocket> open(const net::Link& link);

  int descriptor() const { return link_.get(); }
  /// To all on the link, or by the address of the query's own to `to`.
  Result<> send(const net::DhcpQuery& query, const std::optional<net::Ip>& to);
  /// The next message of a server's that has come, if there is one. Fails when the link is gone.
  Result<std::optional<net::DhcpReply>> receive();

 private:
  DhcpSocket(Fd link, int index, std::string name) : link_(std::move(link)), index_(index), name_(std::move(name)) {}
  Fd link_;
  int index_;
  std::string name_;
};

/// The link gets the lease's address (for as long as the lease runs: the kernel takes it away if nobody renews it), its
/// routes and its MTU, and /etc/resolv.conf its name servers. `before` is what the link had so far.
Result<> put_into_effect(net::Network& network, const net::Link& link, const net::DhcpLease& lease,
                         const std::optional<net::DhcpLease>& before);
Result<> undo_lease(net::Network& network, const net::Link& link, const net::DhcpLease& lease);

}  // namespace cellblock::bsd
