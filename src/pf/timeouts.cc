#include "pf/timeouts.hpp"

#include <fmt/core.h>
#include <linux/netfilter/nfnetlink_cttimeout.h>

#include <algorithm>
#include <array>

namespace cellblock::pf {
namespace {

struct Known {
  std::string_view name, setting;
  uint8_t protocol;  ///< 0: connection tracking has it for none but all others
  std::array<uint16_t, 2> states;
};

// Where pf tells two apart that are one here, the longer counts.
constexpr Known all_known[] = {
    {"tcp.first", "tcp_timeout_syn_sent", IPPROTO_TCP, {CTA_TIMEOUT_TCP_SYN_SENT, CTA_TIMEOUT_TCP_SYN_SENT2}},
    {"tcp.opening", "tcp_timeout_syn_recv", IPPROTO_TCP, {CTA_TIMEOUT_TCP_SYN_RECV}},
    {"tcp.established", "tcp_timeout_established", IPPROTO_TCP, {CTA_TIMEOUT_TCP_ESTABLISHED}},
    {"tcp.closing", "tcp_timeout_fin_wait", IPPROTO_TCP, {CTA_TIMEOUT_TCP_FIN_WAIT, CTA_TIMEOUT_TCP_CLOSE_WAIT}},
    {"tcp.finwait", "tcp_timeout_time_wait", IPPROTO_TCP, {CTA_TIMEOUT_TCP_LAST_ACK, CTA_TIMEOUT_TCP_TIME_WAIT}},
    {"tcp.closed", "tcp_timeout_close", IPPROTO_TCP, {CTA_TIMEOUT_TCP_CLOSE}},
    {"udp.first", "udp_timeout", IPPROTO_UDP, {CTA_TIMEOUT_UDP_UNREPLIED}},
    {"udp.single", "udp_timeout", IPPROTO_UDP, {CTA_TIMEOUT_UDP_UNREPLIED}},
    {"udp.multiple", "udp_timeout_stream", IPPROTO_UDP, {CTA_TIMEOUT_UDP_REPLIED}},
    {"icmp.first", "icmp_timeout", IPPROTO_ICMP, {CTA_TIMEOUT_ICMP_TIMEOUT}},
    {"icmp.error", "icmp_timeout", IPPROTO_ICMP, {CTA_TIMEOUT_ICMP_TIMEOUT}},
    {"other.first", "generic_timeout", 0, {}},
    {"other.single", "generic_timeout", 0, {}},
    {"other.multiple", "generic_timeout", 0, {}}};
static_assert(int{CTA_TIMEOUT_ICMP_TIMEOUT} == int{CTA_TIMEOUT_ICMPV6_TIMEOUT});

}  // namespace

bool is_timeout(std::string_view name) {
  return std::ranges::any_of(all_known, [name](const Known& known) { return known.name == name && known.protocol; });
}

std::optional<Timeouts> timeouts_of(std::string_view optimization) {
  auto tcp = [](uint32_t first, uint32_t opening, uint32_t established, uint32_t closing, uint32_t finwait, uint32_t closed) {
    return Timeouts{{"tcp.first", first}, {"tcp.opening", opening}, {"tcp.established", established},
                    {"tcp.closing", closing}, {"tcp.finwait", finwait}, {"tcp.closed", closed}};
  };
  if (optimization == "aggressive") return tcp(30, 5, 5 * 3600, 60, 30, 30);
  if (optimization == "conservative") return tcp(3600, 900, 5 * 86400, 3600, 600, 180);
  if (optimization == "high-latency" || optimization == "satellite") return tcp(180, 35, 86400, 905, 50, 95);
  return {};
}

std::vector<nft::ConnectionTimeout> objects_of(const Timeouts& timeouts) {
  std::map<uint8_t, std::map<uint16_t, uint32_t>> by_protocol;
  for (const auto& [name, seconds] : timeouts) {
    auto known = std::ranges::find(all_known, name, &Known::name);
    if (known == std::end(all_known) || !known->protocol) continue;
    for (uint16_t state : known->states)
      if (state) by_protocol[known->protocol][state] = std::max(by_protocol[known->protocol][state], seconds);
  }
  if (by_protocol.contains(IPPROTO_ICMP)) by_protocol[IPPROTO_ICMPV6] = by_protocol[IPPROTO_ICMP];
  std::vector<nft::ConnectionTimeout> out;
  for (const auto& [protocol, states] : by_protocol) {
    nft::ConnectionTimeout object{fmt::format("timeout {}", protocol), protocol, {states.begin(), states.end()}};
    for (const auto& [state, seconds] : states) object.name += fmt::format(" {}={}", state, seconds);
    out.push_back(std::move(object));
  }
  return out;
}

std::vector<TimeoutName> timeout_names() {
  std::vector<TimeoutName> out;
  for (const Known& known : all_known) out.push_back({known.name, known.setting});
  return out;
}

}  // namespace cellblock::pf
