// A DHCP client as a state machine (RFC 2131, figure 5): time and packets in, messages and leases out. What sends,
// sleeps and configures is elsewhere.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>

#include "net/dhcp.hpp"

namespace cellblock::net {

/// What the client asks of the world.
struct DhcpPort {
  /// To a server that the address can reach, or (nothing) to all on the link.
  std::function<void(const DhcpQuery&, const std::optional<Ip>& to)> send;
  std::function<void(const DhcpLease&)> bind;     ///< a new lease, or the same one for longer
  std::function<void(const DhcpLease&)> unbind;   ///< it has ended
  std::function<void(const std::string&)> say;    ///< a line for a person, as dhclient(8) words it
};

class DhcpClient {
 public:
  enum class State : uint8_t { selecting, rebooting, requesting, bound, renewing, rebinding, waiting };

  /// `name` is the interface's, for what it says. `seed` draws the numbers.
  DhcpClient(std::string name, std::array<uint8_t, 6> hardware, std::string host_name, DhcpPort port, uint32_t seed);

  /// Times are seconds of a clock that never goes back. `before`: an address that it had; it is asked for first.
  void start(double now, std::optional<Ip> before = std::nullopt);
  void take(double now, const DhcpReply& reply);
  void tick(double now);

  /// When tick() wants to be called next.
  double next() const { return next_; }
  State state() const { return state_; }

 private:
  void select(double now);
  void query(double now, DhcpType type);
  void again(double now, double longest);
  void accept(double now, const DhcpLease& lease);
  void lose(double now);
  void renew(double now);
  double rest(double now, uint32_t seconds) const;

  std::string name_, host_name_;
  std::array<uint8_t, 6> hardware_;
  DhcpPort port_;
  std::mt19937 dice_;
  State state_ = State::selecting;
  uint32_t id_ = 0;
  double began_ = 0, next_ = 0, interval_ = 0, bound_at_ = 0;
  std::optional<Ip> wanted_;      ///< what it asks for
  std::optional<Ip> server_;      ///< of whom
  std::optional<DhcpLease> lease_;
};

}  // namespace cellblock::net
