#include "pf/match.hpp"

#include <linux/rtnetlink.h>

#include <cctype>

#include "net/ip.hpp"
#include "pf/parse.hpp"

namespace cellblock::pf {
namespace {

using nft::Body;

bool is_set(const Rule& rule, const Address& address) {
  return address.kind == AddressKind::table || (address.kind == AddressKind::interface && !is_own_address(rule, address));
}

/// An address that the packet's own interface has, now.
Body own_address(const Address& address, bool source, Phase phase) {
  uint32_t flags = (source ? NFTA_FIB_F_SADDR : NFTA_FIB_F_DADDR) | (phase == Phase::in ? NFTA_FIB_F_IIF : NFTA_FIB_F_OIF);
  Body body;
  body.load(nft::Fib{NFT_FIB_RESULT_ADDRTYPE, flags}).compare(address.negated ? NFT_CMP_NEQ : NFT_CMP_EQ, nft::host32(RTN_LOCAL));
  return body;
}

/// No way to the address, or (urpf) not by the interface that the packet came in by.
Body unroutable(const Address& address, bool source) {
  uint32_t flags = (source ? NFTA_FIB_F_SADDR : NFTA_FIB_F_DADDR) | (address.kind == AddressKind::urpf_failed ? uint32_t{NFTA_FIB_F_IIF} : 0u);
  Body body;
  body.load(nft::Fib{NFT_FIB_RESULT_OIF, flags}).compare(address.negated ? NFT_CMP_NEQ : NFT_CMP_EQ, nft::host32(0));
  return body;
}

Ways in_sets(const Address& address, const nft::Field& field, const SetNames& names) {
  Body ranges, hosts;
  ranges.load(field);
  if (address.negated) {
    ranges.not_in({names.ranges});
    if (!names.hosts.empty()) ranges.load(field).not_in({names.hosts});
    return {std::move(ranges)};
  }
  Ways out{std::move(ranges.in({names.ranges}))};
  if (!names.hosts.empty()) out.push_back(std::move(hosts.load(field).in({names.hosts})));
  return out;
}

Ways ways_of(const Rule& rule, const Address& address, bool source, Phase phase, const Names& names) {
  bool v6 = rule.family == Family::inet6;
  const nft::Field& field = source ? (v6 ? nft::field::ip6_source : nft::field::ip_source) : v6 ? nft::field::ip6_destination : nft::field::ip_destination;
  switch (address.kind) {
    case AddressKind::any: return {Body()};
    case AddressKind::network: {
      Body body;
      body.load(field);
      if (address.length != address.ip.bits()) body.mask(net::mask_of(v6, address.length).data());
      body.compare(address.negated ? NFT_CMP_NEQ : NFT_CMP_EQ, address.ip.data());
      return {std::move(body)};
    }
    case AddressKind::table: return in_sets(address, field, names.sets(address, v6));
    case AddressKind::interface:
      if (is_own_address(rule, address)) return {own_address(address, source, phase)};
      return in_sets(address, field, names.sets(address, v6));
    case AddressKind::no_route:
    case AddressKind::urpf_failed: return {unroutable(address, source)};
  }
  return {};
}

void match_ports(const Ports& ports, const nft::Field& field, Body& body) {
  if (ports.test == PortTest::any) return;
  body.load(field);
  std::string first = nft::be16(ports.first), last = nft::be16(ports.last);
  switch (ports.test) {
    case PortTest::any: return;
    case PortTest::equal: body.is(first); return;
    case PortTest::unequal: body.is_not(first); return;
    case PortTest::less: body.compare(NFT_CMP_LT, first); return;
    case PortTest::at_most: body.compare(NFT_CMP_LTE, first); return;
    case PortTest::greater: body.compare(NFT_CMP_GT, first); return;
    case PortTest::at_least: body.compare(NFT_CMP_GTE, first); return;
    case PortTest::range: body.compare(NFT_CMP_GTE, first).compare(NFT_CMP_LTE, last); return;
    case PortTest::within: body.compare(NFT_CMP_GT, first).compare(NFT_CMP_LT, last); return;
    case PortTest::outside:  // "1 <> 9": below 1 or above 9
      body.in_range(first, last, NFT_RANGE_NEQ);
      return;
  }
}

/// All that has but one way.
Body head_of(const Rule& rule, Phase phase) {
  Body body;
  if (!rule.on.name.empty()) {
    body.load(phase == Phase::in ? NFT_META_IIFNAME : NFT_META_OIFNAME);
    body.compare(rule.on.negated ? NFT_CMP_NEQ : NFT_CMP_EQ, nft::interface_name(kernel_name(rule.on.name)));
  }
  if (rule.family != Family::any) body.load(NFT_META_NFPROTO).is(nft::byte(rule.family == Family::inet6 ? 10 : 2));
  if (rule.protocol) body.load(NFT_META_L4PROTO).is(nft::byte(*rule.protocol));
  return body;
}

Body tail_of(const Rule& rule, Chance chance) {
  Body body;
  match_ports(rule.from.ports, nft::field::source_port, body);
  match_ports(rule.to.ports, nft::field::destination_port, body);
  if (rule.icmp_type) body.load(nft::field::icmp_type).is(nft::byte(*rule.icmp_type));
  if (rule.icmp_code) body.load(nft::field::icmp_code).is(nft::byte(*rule.icmp_code));
  if (rule.user) body.load(NFT_META_SKUID).is(nft::host32(*rule.user));
  if (rule.group) body.load(NFT_META_SKGID).is(nft::host32(*rule.group));
  if (rule.probability && chance == Chance::rolled)
    body.load_number(NFT_NG_RANDOM, 65536).swap(4, 4).compare(NFT_CMP_LT, nft::be32(*rule.probability / 65536 + (*rule.probability > 4294901760u)));
  return body;
}

/// A rule's flags are about TCP alone; what isn't TCP matches without.
Ways flags_of(const Rule& rule) {
  if (!rule.flags) return {Body()};
  Body tcp, other;
  if (!rule.protocol) {
    tcp.load(NFT_META_L4PROTO).is(nft::byte(IPPROTO_TCP));
    other.load(NFT_META_L4PROTO).is_not(nft::byte(IPPROTO_TCP));
  }
  tcp.load(nft::field::tcp_flags).mask(nft::byte(rule.flags->of)).is(nft::byte(rule.flags->set));
  Ways out{std::move(tcp)};
  if (!rule.protocol) out.push_back(std::move(other));
  return out;
}

/// The highest bit of the label's tags is one of this tag's.
Ways tagged_of(const Rule& rule, const Names& names) {
  if (rule.tagged.empty()) return {Body()};
  Ways out;
  Body none;
  for (uint32_t bit : names.tag_bits(rule.tagged)) {
    std::string first = nft::be32(bit), last = nft::be32(bit | (bit - 1));
    none.load(NFT_CT_LABELS).in_range(first, last, NFT_RANGE_NEQ, label_tags);
    out.push_back(std::move(Body().load(NFT_CT_LABELS).in_range(first, last, NFT_RANGE_EQ, label_tags)));
  }
  return rule.tagged_negated ? Ways{std::move(none)} : std::move(out);
}

}  // namespace

std::string Label::bytes() const { return nft::host32(flags) + nft::host32(in) + nft::host32(out) + nft::be32(tags); }

std::string kernel_name(const std::string& interface) {
  if (interface == "lo0" || interface == "lo") return "lo";
  bool numbered = !interface.empty() && std::isdigit(static_cast<unsigned char>(interface.back()));
  bool pair_end = interface.size() > 1 && std::isdigit(static_cast<unsigned char>(interface[interface.size() - 2]));  // epair0a
  return numbered || pair_end ? interface : interface + "*";
}

bool is_own_address(const Rule& rule, const Address& address) {
  return address.kind == AddressKind::interface && !rule.on.negated && rule.on.name == address.name && part_of(address.name) == Part::hosts;
}

std::vector<Rule> of_families(const Rule& rule) {
  bool needed = is_set(rule, rule.from.address) || is_set(rule, rule.to.address) || rule.limits.any() || rule.refusal_codes != RefusalCodes{} || rule.no_df ||
                rule.min_ttl;
  if (rule.family != Family::any || !needed) return {rule};
  std::vector<Rule> out{rule, rule};
  out[0].family = Family::inet;
  out[1].family = Family::inet6;
  return out;
}

Ways ways_of(const Rule& rule, Phase phase, const Names& names, Chance chance) {
  Body tail = tail_of(rule, chance);
  Ways out;
  for (const Body& from : ways_of(rule, rule.from.address, true, phase, names))
    for (const Body& to : ways_of(rule, rule.to.address, false, phase, names))
      for (const Body& flags : flags_of(rule))
        for (const Body& tagged : tagged_of(rule, names))
          out.push_back(std::move(head_of(rule, phase).append(from).append(to).append(flags).append(tagged).append(tail)));
  return out;
}

}  // namespace cellblock::pf
