#include "kernel/rule_elements.hpp"

#include <netinet/in.h>

#include "net/ip.hpp"

namespace cellblock::kernel {
namespace {

using nft::be16;
using nft::byte;
using nft::interface_name;

// For nft(8)'s listings: its numbers of types, six bits each in a concatenation.
constexpr uint32_t ip4 = 7, ip6 = 8, protocol = 12, service = 13, interface = 41;

constexpr uint32_t types(std::initializer_list<uint32_t> parts) {
  uint32_t all = 0;
  for (uint32_t part : parts) all = all << 6 | part;
  return all;
}

std::string padded(std::string part) { return part.resize((part.size() + 3) / 4 * 4), part; }

/// Unique local addresses have no meaning beyond the site.
bool is_local(const net::Ip& ip) { return !ip.v6 || (ip.bytes[0] & 0xfe) == 0xfc; }

/// The jail's first one of that family.
std::optional<net::Ip> target_of(const record::CableMade& cable, bool v6) {
  for (const auto& one : cable.addresses)
    if (auto ip = net::parse_ip(one.address); ip && ip->v6 == v6) return ip;
  return std::nullopt;
}

void append_port(Entries& entries, const model::Forward& forward, const net::Ip& to, int offset) {
  net::Ip host{to.v6, {}};
  if (!forward.host.empty()) host = net::parse_ip(forward.host).value_or(host);
  auto port = [offset](uint16_t first) { return padded(be16(static_cast<uint16_t>(first + offset))); };
  const std::string key = padded(byte(forward.udp ? IPPROTO_UDP : IPPROTO_TCP)) + std::string(host.data()) + port(forward.first);
  const std::string value = std::string(to.data()) + port(forward.to);
  if (forward.sources.empty()) entries[rule_set::forward[to.v6]].insert({key, {}, value});
  for (const model::SourceNetwork& source : forward.sources) {
    auto first = net::parse_ip(source.address);
    if (!first || first->v6 != to.v6) continue;
    net::Ip last = net::broadcast_of(*first, source.prefix);
    entries[rule_set::limited[to.v6]].insert({key + std::string(first->data()), key + std::string(last.data()), value});
  }
}

void append_forward(Entries& entries, const record::CableMade& cable, const model::Forward& forward) {
  for (bool v6 : {false, true}) {
    auto to = target_of(cable, v6);
    if (!to || (!forward.host.empty() && forward.host.contains(':') != v6)) continue;
    for (int offset = 0; offset <= forward.last - forward.first; ++offset) append_port(entries, forward, *to, offset);
  }
}

}  // namespace

std::span<const nft::Set> rule_sets() {
  using namespace rule_set;
  auto map = [](bool v6, bool is_limited) {
    const uint32_t address = v6 ? ip6 : ip4, size = v6 ? 16 : 4;
    nft::Set set{.name = std::string((is_limited ? limited : forward)[v6]), .key_type = types({protocol, address, service}),
                 .key_size = 8 + size, .fields = {1, size, 2}, .data_type = types({address, service}), .data_size = size + 4};
    if (!is_limited) return set;
    set.flags = NFT_SET_INTERVAL;
    set.key_type = types({protocol, address, service, address});
    set.key_size += size;
    set.fields.push_back(size);
    return set;
  };
  static const nft::Set all[] = {
      {.name = std::string(bridges), .key_type = types({interface, interface}), .key_size = 32, .fields = {16, 16}},
      {.name = std::string(networks), .key_type = interface, .key_size = 16},
      {.name = std::string(networks_by), .key_type = types({interface, interface}), .key_size = 32, .fields = {16, 16}},
      {.name = std::string(hidden[0]), .key_type = types({interface, ip4}), .key_size = 20, .fields = {16, 4}},
      {.name = std::string(hidden[1]), .key_type = types({interface, ip6}), .key_size = 32, .fields = {16, 16}},
      map(false, false), map(true, false), map(false, true), map(true, true)};
  return all;
}

void append_entries(Entries& entries, const record::CableMade& cable) {
  const model::CableRules& rules = cable.rules;
  if (rules.empty()) return;
  const std::string bridge = interface_name(cable.segment());
  entries[rule_set::bridges].insert({{bridge + bridge, {}, {}}, {interface_name("") + bridge, {}, {}}});
  if (rules.bridge_nat && rules.bridge_nat->empty()) entries[rule_set::networks].insert({bridge, {}, {}});
  else if (rules.bridge_nat) entries[rule_set::networks_by].insert({bridge + interface_name(*rules.bridge_nat), {}, {}});
  for (const auto& one : cable.addresses)
    if (auto ip = net::parse_ip(one.address); ip && rules.nat && is_local(*ip))
      entries[rule_set::hidden[ip->v6]].insert({bridge + std::string(ip->data()), {}, {}});
  for (const model::Forward& forward : rules.forwards) append_forward(entries, cable, forward);
}

}  // namespace cellblock::kernel
