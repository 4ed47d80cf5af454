// One network stack: what is in it, and changes to it, over one socket.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/address.hpp"
#include "net/link.hpp"
#include "net/neighbour.hpp"
#include "net/route.hpp"

namespace cellblock::net {

class Network {
 public:
  /// The calling thread's.
  static Result<Network> open();
  /// The one that `network` (a namespace's or a process' descriptor) stands for.
  static Result<Network> open(int network);

  Result<std::vector<Link>> links();
  /// Why::absent: there is no such interface.
  Result<Link> link(std::string_view name);
  Result<std::vector<Address>> addresses(int index = 0);
  Result<std::vector<Route>> routes(bool v6, uint32_t table = 0);
  /// Of every interface: old kernels give more than was asked for.
  Result<std::vector<Neighbour>> neighbours(bool v6);
  Result<Route> route_to(const Ip& to, bool entry = true);
  /// By which number this stack knows another one, given as a descriptor; nothing: it has nothing to do with it.
  Result<std::optional<int>> number_of(int network);

  Result<> change(const Request& request) { return socket_.send(request); }
  /// All, as few calls as possible; each has its own outcome.
  Result<std::vector<Result<>>> change(std::span<const Request> requests) { return socket_.exchange(requests); }

 private:
  explicit Network(sys::netlink::Socket socket) : socket_(std::move(socket)) {}
  sys::netlink::Socket socket_;
};

/// The network namespace of a process; "/proc/PID/ns/net" without a race when `pid` is known to be alive.
Result<Fd> network_of(pid_t pid);
/// The calling thread's.
Result<Fd> own_network();
/// Takes the calling thread there for good.
Result<> enter_network(int network);

}  // namespace cellblock::net
