#include "net/dhcp_client.hpp"

#include <gmock/gmock.h>

namespace cellblock::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using State = DhcpClient::State;

constexpr std::array<uint8_t, 6> hardware{2, 0, 0, 0, 0, 1};

/// A client, and a server that is as the test wants it.
struct Net {
  std::vector<DhcpQuery> sent;
  std::vector<std::optional<Ip>> to;
  std::vector<std::string> said;
  std::optional<DhcpLease> lease;
  DhcpClient client{"eth0", hardware, "web", {[this](const DhcpQuery& query, const std::optional<Ip>& where) {
                                                sent.push_back(query);
                                                to.push_back(where);
                                              },
                                              [this](const DhcpLease& given) { lease = given; },
                                              [this](const DhcpLease&) { lease.reset(); },
                                              [this](const std::string& line) { said.push_back(line); }}, 1};

  DhcpReply reply(DhcpType type, std::string_view address = "10.0.0.99") const {
    DhcpReply out{.type = type, .id = sent.back().id, .client = hardware, .lease = {}};
    out.lease.address = *parse_ip(address);
    out.lease.server = parse_ip("10.0.0.1");
    out.lease.seconds = 1000, out.lease.renewal = 500, out.lease.rebinding = 875;
    return out;
  }
  void bind(double now) {
    client.start(now);
    client.take(now, reply(DhcpType::offer));
    client.take(now, reply(DhcpType::ack));
  }
};

TEST(DhcpClient, FromNothingToALease) {
  Net net;
  net.bind(0);
  EXPECT_EQ(net.client.state(), State::bound);
  ASSERT_TRUE(net.lease);
  EXPECT_EQ(net.lease->address, *parse_ip("10.0.0.99"));
  EXPECT_THAT(net.said, ElementsAre("DHCPDISCOVER on eth0 to 255.255.255.255 port 67 interval 1", "DHCPOFFER from 10.0.0.1",
                                    "DHCPREQUEST on eth0 to 255.255.255.255 port 67", "DHCPACK from 10.0.0.1",
                                    "bound to 10.0.0.99 -- renewal in 500 seconds."));
  EXPECT_EQ(net.sent[1].wanted, parse_ip("10.0.0.99"));
  EXPECT_EQ(net.sent[1].server, parse_ip("10.0.0.1"));
  EXPECT_DOUBLE_EQ(net.client.next(), 500);
}

TEST(DhcpClient, TriesAgainEverLater) {
  Net net;
  net.client.start(0);
  std::vector<double> pauses;
  for (int i = 0; i < 4; ++i) {
    double before = net.client.next();
    net.client.tick(before);
    pauses.push_back(net.client.next() - before);
  }
  EXPECT_THAT(net.sent, testing::SizeIs(5));
  for (size_t i = 0; i < pauses.size(); ++i) EXPECT_NEAR(pauses[i], std::min(2.0 * (1 << i), 15.0), 0.21 * std::min(2.0 * (1 << i), 15.0));
}

TEST(DhcpClient, RestsAfterAMinuteWithoutAServer) {
  Net net;
  net.client.start(0);
  while (net.client.state() != State::waiting) net.client.tick(net.client.next());
  EXPECT_EQ(net.said.back(), "No working leases in persistent database - sleeping.");
  size_t before = net.sent.size();
  double rested = net.client.next();
  net.client.tick(rested - 1);
  EXPECT_EQ(net.sent.size(), before);
  net.client.tick(rested);
  EXPECT_EQ(net.sent.size(), before + 1);
}

TEST(DhcpClient, RenewsByItsOwnAddress) {
  Net net;
  net.bind(0);
  net.client.tick(500);
  EXPECT_EQ(net.client.state(), State::renewing);
  EXPECT_EQ(net.to.back(), parse_ip("10.0.0.1"));
  EXPECT_EQ(net.sent.back().own, parse_ip("10.0.0.99"));
  EXPECT_FALSE(net.sent.back().wanted || net.sent.back().server);
  net.client.take(501, net.reply(DhcpType::ack));
  EXPECT_DOUBLE_EQ(net.client.next(), 1001);
}

TEST(DhcpClient, AsksEverybodyAndThenLetsGo) {
  Net net;
  net.bind(0);
  net.client.tick(500);
  while (net.client.next() < 875) net.client.tick(net.client.next());
  net.client.tick(875);
  EXPECT_EQ(net.client.state(), State::rebinding);
  EXPECT_EQ(net.to.back(), std::nullopt);
  ASSERT_TRUE(net.lease);
  while (net.lease) net.client.tick(net.client.next());
  EXPECT_EQ(net.client.state(), State::selecting);
  EXPECT_EQ(net.sent.back().type, DhcpType::discover);
}

TEST(DhcpClient, AsksForTheAddressThatItHad) {
  Net net;
  net.client.start(0, parse_ip("10.0.0.50"));
  EXPECT_EQ(net.sent.back().type, DhcpType::request);
  EXPECT_EQ(net.sent.back().wanted, parse_ip("10.0.0.50"));
  net.client.take(0, net.reply(DhcpType::ack));  // of another address
  EXPECT_EQ(net.client.state(), State::rebooting);
  net.client.take(0, net.reply(DhcpType::nak));
  EXPECT_EQ(net.client.state(), State::selecting);
  EXPECT_EQ(net.sent.back().type, DhcpType::discover);
}

TEST(DhcpClient, OtherAnswersAreNotIts) {
  Net net;
  net.client.start(0);
  DhcpReply other = net.reply(DhcpType::offer);
  other.id += 1;
  net.client.take(0, other);
  other = net.reply(DhcpType::offer);
  other.client[5] = 9;
  net.client.take(0, other);
  net.client.take(0, net.reply(DhcpType::ack));
  net.client.take(0, net.reply(DhcpType::offer, "0.0.0.0"));
  EXPECT_EQ(net.client.state(), State::selecting);
  EXPECT_FALSE(net.lease);
  net.bind(0);
  net.client.take(1, net.reply(DhcpType::nak));  // bound: nobody was asked
  EXPECT_TRUE(net.lease);
}

}  // namespace
}  // namespace cellblock::net
