#include "net/dhcp_client.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

namespace cellblock::net {
namespace {

// dhclient.conf(5): how long it tries before it rests, how long for an old address, how long it rests, seconds.
constexpr double timeout = 60, reboot = 10, retry = 300;
constexpr double first_interval = 1, longest_interval = 15;
constexpr double never = std::numeric_limits<double>::infinity();
// RFC 2131, section 4.4.5: no more often than this when it renews.
constexpr double least_renewal_pause = 60;

}  // namespace

DhcpClient::DhcpClient(std::string name, std::array<uint8_t, 6> hardware, std::string host_name, DhcpPort port, uint32_t seed)
    : name_(std::move(name)), host_name_(std::move(host_name)), hardware_(hardware), port_(std::move(port)), dice_(seed) {}

void DhcpClient::start(double now, std::optional<Ip> before) {
  if (!before) return select(now);
  state_ = State::rebooting;
  id_ = static_cast<uint32_t>(dice_());
  began_ = now;
  interval_ = 0;
  wanted_ = before;
  server_.reset();
  query(now, DhcpType::request);
  again(now, longest_interval);
}

void DhcpClient::select(double now) {
  state_ = State::selecting;
  id_ = static_cast<uint32_t>(dice_());
  began_ = now;
  interval_ = 0;
  wanted_.reset();
  server_.reset();
  again(now, longest_interval);
  query(now, DhcpType::discover);
}

/// The pauses double, each a little longer or shorter so that clients which began together part.
void DhcpClient::again(double now, double longest) {
  interval_ = interval_ == 0 ? first_interval : std::min(interval_ * 2, longest);
  next_ = now + interval_ * std::uniform_real_distribution<double>(0.8, 1.2)(dice_);
}

void DhcpClient::query(double now, DhcpType type) {
  DhcpQuery query{.type = type, .id = id_, .client = hardware_, .wanted = wanted_, .server = server_, .host_name = host_name_};
  query.seconds = static_cast<uint16_t>(std::min(now - began_, 65535.0));
  std::optional<Ip> to;
  if (state_ == State::renewing || state_ == State::rebinding) {
    query.own = lease_->address;
    query.wanted.reset();
    query.server.reset();
    if (state_ == State::renewing) to = lease_->server;
  }
  std::string interval = type == DhcpType::discover ? fmt::format(" interval {:.0f}", interval_) : "";
  port_.say(fmt::format("{} on {} to {} port 67{}", type == DhcpType::discover ? "DHCPDISCOVER" : "DHCPREQUEST", name_,
                        to ? to->text() : "255.255.255.255", interval));
  port_.send(query, to);
}

void DhcpClient::take(double now, const DhcpReply& reply) {
  bool mine = reply.id == id_ && reply.client == hardware_;
  if (!mine || state_ == State::bound || state_ == State::waiting) return;
  std::string from = reply.lease.server ? reply.lease.server->text() : "an unnamed server";
  if (state_ == State::selecting) {
    if (reply.type != DhcpType::offer || !reply.lease.server || reply.lease.address.is_zero()) return;
    port_.say("DHCPOFFER from " + from);
    state_ = State::requesting;
    wanted_ = reply.lease.address;
    server_ = reply.lease.server;
    interval_ = 0;
    query(now, DhcpType::request);
    return again(now, longest_interval);
  }
  if (reply.type == DhcpType::nak) {
    port_.say("DHCPNAK from " + from);
    return lose(now);
  }
  bool ours = !wanted_ || reply.lease.address == *wanted_;
  if (reply.type != DhcpType::ack || !ours || reply.lease.address.is_zero() || reply.lease.seconds == 0) return;
  port_.say("DHCPACK from " + from);
  accept(now, reply.lease);
}

void DhcpClient::accept(double now, const DhcpLease& lease) {
  DhcpLease taken = lease;
  if (!taken.server) taken.server = server_;
  lease_ = taken;
  wanted_ = taken.address;
  bound_at_ = now;
  state_ = State::bound;
  next_ = now + rest(now, taken.renewal);
  port_.bind(taken);
  if (taken.renewal == ~0u)
    port_.say(fmt::format("bound to {}", taken.address.text()));
  else
    port_.say(fmt::format("bound to {} -- renewal in {} seconds.", taken.address.text(), taken.renewal));
}

/// Until `seconds` after it was bound.
double DhcpClient::rest(double now, uint32_t seconds) const {
  return seconds == ~0u ? never : std::max(0.0, bound_at_ + seconds - now);
}

void DhcpClient::lose(double now) {
  if (lease_) port_.unbind(*lease_);
  lease_.reset();
  select(now);
}

/// RFC 2131, section 4.4.5: half of the time that is left, until the next stage begins.
void DhcpClient::renew(double now) {
  double left = rest(now, lease_->seconds), to_rebinding = rest(now, lease_->rebinding);
  if (left <= 0) return lose(now);
  if (state_ == State::bound) {
    id_ = static_cast<uint32_t>(dice_());
    began_ = now;
  }
  state_ = to_rebinding > 0 ? State::renewing : State::rebinding;
  double stage = to_rebinding > 0 ? to_rebinding : left;
  next_ = now + std::min(stage, std::max(least_renewal_pause, stage / 2));
  query(now, DhcpType::request);
}

void DhcpClient::tick(double now) {
  if (now < next_) return;
  double tried = now - began_;
  switch (state_) {
    case State::bound:
    case State::renewing:
    case State::rebinding: return renew(now);
    case State::waiting: return select(now);
    case State::rebooting:
    case State::requesting:
      if (tried >= (state_ == State::rebooting ? reboot : timeout)) return select(now);
      again(now, longest_interval);
      return query(now, DhcpType::request);
    case State::selecting:
      if (tried < timeout) {
        again(now, longest_interval);
        return query(now, DhcpType::discover);
      }
      port_.say("No DHCPOFFERS received.");
      port_.say("No working leases in persistent database - sleeping.");
      state_ = State::waiting;
      next_ = now + retry;
  }
}

}  // namespace cellblock::net
