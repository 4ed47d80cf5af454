#include "ipfw/match.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "ipfw/flow.hpp"
#include "ipfw/table.hpp"

namespace cellblock::ipfw {
namespace {

using nft::be16;
using nft::be32;
using nft::Body;
using nft::byte;
using nft::host32;

constexpr size_t most_ways = 2000;

/// Holds the register to low..high, or to what is outside.
Body& hold(Body& body, const std::string& low, const std::string& high, bool negated) {
  if (low == high) return body.compare(negated ? NFT_CMP_NEQ : NFT_CMP_EQ, low);
  return body.in_range(low, high, negated ? NFT_RANGE_NEQ : NFT_RANGE_EQ);
}

Body address(const Match& match, bool negated) {
  bool source = match.test == Test::source;
  Body body = family(match.ip.v6 ? v6 : v4);
  body.load(match.ip.v6 ? (source ? nft::field::ip6_source : nft::field::ip6_destination)
                        : (source ? nft::field::ip_source : nft::field::ip_destination));
  body.mask(match.mask.data()).compare(negated ? NFT_CMP_NEQ : NFT_CMP_EQ, match.ip.data());
  return body;
}

/// Of a table: what `body` has loaded is in it, or has that value in it. `which` of the table's sets.
Ways in_table(Body body, const Match& match, std::string_view which, bool negated, nft::Register what = NFT_REG_1) {
  nft::SetRef in{set_name(fmt::format("in{}", which), match.table)}, values{set_name(fmt::format("value{}", which), match.table)};
  if (match.loads) return {std::move(body.map(values, what, value_register))};
  if (!match.value) return {std::move(negated ? body.not_in(in, what) : body.in(in, what))};
  Ways out;
  if (negated) out.push_back(std::move(Body(body).not_in(in, what)));
  body.map(values, what, value_register).compare(negated ? NFT_CMP_NEQ : NFT_CMP_EQ, be32(*match.value), value_register);
  out.push_back(std::move(body));
  return out;
}

void join(Ways& ways, Ways more) { std::ranges::move(more, std::back_inserter(ways)); }

Ways addresses_in_table(const Match& match, bool negated) {
  Ways out;
  for (bool six : {false, true}) {
    Body body = family(six ? v6 : v4);
    body.load(match.test == Test::source ? (six ? nft::field::ip6_source : nft::field::ip_source)
                                         : (six ? nft::field::ip6_destination : nft::field::ip_destination));
    join(out, in_table(std::move(body), match, six ? "6" : "4", negated));
  }
  return out;
}

constexpr std::array with_ports{uint8_t{IPPROTO_TCP}, uint8_t{IPPROTO_UDP}, uint8_t{IPPROTO_SCTP}};

/// What has no ports.
Body without_ports() {
  Body body;
  body.load(NFT_META_L4PROTO);
  for (uint8_t which : with_ports) body.is_not(byte(which));
  return body;
}

/// Its fields side by side, as the table's sets have them. Ports are of three protocols.
Ways flow(const Match& match, bool negated) {
  Ways out;
  if (negated && (match.low & port_fields)) out.push_back(without_ports());
  for (bool six : {false, true})
    for (size_t i = 0; i < (match.low & port_fields ? with_ports.size() : 1); ++i) {
      Body body = family(six ? v6 : v4);
      if (match.low & port_fields) body.append(protocol(with_ports[i]));
      uint32_t words = 0;
      auto place = [&words](uint32_t bytes) {
        auto here = static_cast<nft::Register>(NFT_REG32_00 + words);
        words += bytes / 4;
        return here;
      };
      if (match.low & 1) body.load(six ? nft::field::ip6_source : nft::field::ip_source, place(six ? 16 : 4));
      if (match.low & 2) body.load(NFT_META_L4PROTO, place(4));
      if (match.low & 4) body.load(nft::field::source_port, place(4));
      if (match.low & 8) body.load(six ? nft::field::ip6_destination : nft::field::ip_destination, place(six ? 16 : 4));
      if (match.low & 16) body.load(nft::field::destination_port, place(4));
      if (words) join(out, in_table(std::move(body), match, six ? "6" : "4", negated, NFT_REG32_00));
    }
  return out;
}

/// Any of them or, negated, none.
Ways ports(std::span<const Match> matches, bool negated) {
  Ways out;
  if (negated) out.push_back(without_ports());
  for (uint8_t which : with_ports) {
    Body one = protocol(which);
    one.load(matches[0].test == Test::source_port ? nft::field::source_port : nft::field::destination_port);
    if (!matches[0].table.empty()) {
      join(out, in_table(std::move(one), matches[0], "2", negated));
      continue;
    }
    Body none = one;
    for (const Match& match : matches) {
      Body each = one;
      hold(negated ? none : each, be16(static_cast<uint16_t>(match.low)), be16(static_cast<uint16_t>(match.high)), negated);
      if (!negated) out.push_back(std::move(each));
    }
    if (negated) out.push_back(std::move(none));
  }
  return out;
}

Ways interface(const Match& match, bool out, bool negated) {
  bool transmit = match.test == Test::transmit || (match.test == Test::via && out);
  if (transmit && !out) return negated ? Ways{Body()} : Ways{};
  Body body;
  body.load(transmit ? NFT_META_OIFNAME : NFT_META_IIFNAME);
  if (!match.table.empty()) return in_table(std::move(body), match, "", negated);
  if (match.name.empty()) return negated ? Ways{Body()} : Ways{};  // no interface has the address
  body.compare(negated ? NFT_CMP_NEQ : NFT_CMP_EQ, nft::interface_name(own_name(match.name)));
  return {std::move(body)};
}

Ways tcp(uint8_t mask, uint8_t value, bool equal, bool negated) {
  Body body = protocol(IPPROTO_TCP);
  body.load(nft::field::tcp_flags).mask(byte(mask)).compare(equal != negated ? NFT_CMP_EQ : NFT_CMP_NEQ, byte(value));
  Ways out{std::move(body)};
  if (negated) out.push_back(std::move(Body().load(NFT_META_L4PROTO).is_not(byte(IPPROTO_TCP))));
  return out;
}

Ways icmp(const Match& match, uint8_t which, bool negated) {
  Body body = protocol(which);
  body.load(nft::field::icmp_type);
  hold(body, byte(static_cast<uint8_t>(match.low)), byte(static_cast<uint8_t>(match.high)), negated);
  Ways out{std::move(body)};
  if (negated) out.push_back(std::move(Body().load(NFT_META_L4PROTO).is_not(byte(which))));
  return out;
}

/// A number in TCP's header.
Ways tcp_number(const nft::Field& field, const Match& match, bool negated) {
  auto text = [&field](uint32_t value) { return field.length == 2 ? be16(static_cast<uint16_t>(value)) : be32(value); };
  Body body = protocol(IPPROTO_TCP);
  hold(body.load(field), text(match.low), text(match.high), negated);
  Ways out{std::move(body)};
  if (negated) out.push_back(std::move(Body().load(NFT_META_L4PROTO).is_not(byte(IPPROTO_TCP))));
  return out;
}

/// All that are set are there, and none of those that are not.
Ways tcp_options(const Match& match, bool negated) {
  Ways out;
  Body all = protocol(IPPROTO_TCP);
  for (uint8_t kind = 0; kind < 32; ++kind)
    for (bool there : {false, true}) {
      if (!((there ? match.low : match.high) >> kind & 1)) continue;
      Body one = std::move(Body().load_header_present(kind, NFT_EXTHDR_OP_TCPOPT).is(byte(there != negated)));
      if (negated) out.push_back(std::move(protocol(IPPROTO_TCP).append(one)));
      else all.append(one);
    }
  if (negated) out.push_back(std::move(Body().load(NFT_META_L4PROTO).is_not(byte(IPPROTO_TCP))));
  else out.push_back(std::move(all));
  return out;
}

/// Bits of IPv4's header, in a part of two bytes: `shift` of them below, `mask` without those.
Ways ip_bits(const nft::Field& field, uint32_t shift, uint32_t mask, const Match& match, bool negated, bool six) {
  auto text = [shift](uint32_t value) { return be16(static_cast<uint16_t>(value << shift)); };
  Body body = family(six ? v6 : v4);
  hold(body.load(field).mask(text(mask)), text(match.low), text(match.high), negated);
  return {std::move(body)};
}

Ways dscp(const Match& match, bool negated) {
  Ways out = ip_bits(first_bytes, 2, 0x3f, match, negated, false);
  join(out, ip_bits(first_bytes, 6, 0x3f, match, negated, true));
  return out;
}

Ways of_ip4(Ways out, bool negated) {
  if (negated) out.push_back(family(v6));
  return out;
}

/// The way back to who has sent it leads over the interface that it came by; what goes out has that always.
Ways reverse_path(bool out, bool negated) {
  if (out) return negated ? Ways{} : Ways{Body()};
  Body body;
  body.load(nft::Fib{NFT_FIB_RESULT_OIF, NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF});
  return {std::move(body.compare(negated ? NFT_CMP_EQ : NFT_CMP_NEQ, host32(0)))};
}

/// Numbers that the kernel has in the machine's order.
Ways own_number(nft_meta_keys key, const Match& match, bool negated) {
  Body body;
  body.load(key).swap(4, 4);
  if (!match.table.empty()) return in_table(std::move(body), match, "", negated);
  hold(body, be32(match.low), be32(match.high), negated);
  return {std::move(body)};
}

/// Of the socket that has made a packet. What is on its way through has none.
Ways owner(nft_meta_keys key, const Match& match, bool out, bool negated) {
  if (!out) return negated ? Ways{Body()} : Ways{};
  Ways ways = own_number(key, match, negated);
  if (negated) ways.push_back(std::move(Body().load(NFT_META_IIF).is_not(host32(0))));
  return ways;
}

Ways to_me(const Match& match, bool negated) {
  Body body = match.low ? family(v6) : Body();
  body.load(nft::Fib{NFT_FIB_RESULT_ADDRTYPE, match.test == Test::source_me ? NFTA_FIB_F_SADDR : NFTA_FIB_F_DADDR});
  Ways ways{std::move(body.compare(negated ? NFT_CMP_NEQ : NFT_CMP_EQ, host32(RTN_LOCAL)))};
  if (negated && match.low) ways.push_back(family(v4));
  return ways;
}

Ways fragment(bool negated) {
  Ways ways{std::move(family(v4).load(nft::field::ip_fragment).mask(be16(0x1fff)).compare(negated ? NFT_CMP_EQ : NFT_CMP_NEQ, be16(0)))};
  return of_ip4(std::move(ways), negated);
}

/// Any of the tags that the rules set.
Ways tagged(const Match& match, const Tags& tags, bool negated) {
  uint32_t bits = 0;
  for (const auto& [tag, bit] : tags)
    if (tag >= match.low && tag <= match.high) bits |= bit;
  if (!bits) return negated ? Ways{Body()} : Ways{};
  return {std::move(Body().load(NFT_META_MARK).mask(host32(bits)).compare(negated ? NFT_CMP_EQ : NFT_CMP_NEQ, host32(0)))};
}

Ways ways_of(const Match& match, bool out, bool negated, const Tags& tags) {
  auto fixed = [negated](bool matches) { return matches != negated ? Ways{Body()} : Ways{}; };
  auto one = [](Body body) { return Ways{std::move(body)}; };
  nft_cmp_ops equal = negated ? NFT_CMP_NEQ : NFT_CMP_EQ;
  switch (match.test) {
    case Test::any: return fixed(true);
    case Test::in: return fixed(!out);
    case Test::out: return fixed(out);
    case Test::protocol: return one(std::move(Body().load(NFT_META_L4PROTO).compare(equal, byte(static_cast<uint8_t>(match.low)))));
    case Test::version: return one(std::move(Body().load(NFT_META_NFPROTO).compare(equal, byte(static_cast<uint8_t>(match.low)))));
    case Test::source:
    case Test::destination: {
      if (!match.table.empty()) return addresses_in_table(match, negated);
      Ways ways{address(match, negated)};
      if (negated) ways.push_back(family(match.ip.v6 ? v4 : v6));
      return ways;
    }
    case Test::source_me:
    case Test::destination_me: return to_me(match, negated);
    case Test::source_port:
    case Test::destination_port: return ports({&match, 1}, negated);
    case Test::receive:
    case Test::transmit:
    case Test::via: return interface(match, out, negated);
    case Test::established: return tcp(0x14, 0, false, negated);
    case Test::setup: return tcp(0x12, 0x02, true, negated);
    case Test::tcp_flags:
      return tcp(static_cast<uint8_t>(match.low | match.high), static_cast<uint8_t>(match.low), true, negated);
    case Test::icmp_types: return icmp(match, IPPROTO_ICMP, negated);
    case Test::icmp6_types: return icmp(match, IPPROTO_ICMPV6, negated);
    case Test::fragment: return fragment(negated);
    case Test::ttl: {
      Body four = family(v4), six = family(v6);
      hold(four.load(nft::field::ip_ttl), byte(static_cast<uint8_t>(match.low)), byte(static_cast<uint8_t>(match.high)), negated);
      hold(six.load(nft::field::ip6_hop_limit), byte(static_cast<uint8_t>(match.low)), byte(static_cast<uint8_t>(match.high)), negated);
      return {std::move(four), std::move(six)};
    }
    case Test::length: return own_number(NFT_META_LEN, match, negated);
    case Test::uid: return owner(NFT_META_SKUID, match, out, negated);
    case Test::tagged: return tagged(match, tags, negated);
    case Test::reverse_path: return reverse_path(out, negated);
    case Test::ip_id: return of_ip4(ip_bits(nft::field::ip_id, 0, 0xffff, match, negated, false), negated);
    case Test::precedence: return of_ip4(ip_bits(first_bytes, 5, 7, match, negated, false), negated);
    case Test::dscp: return dscp(match, negated);
    case Test::tcp_window: return tcp_number(nft::field::tcp_window, match, negated);
    case Test::tcp_sequence: return tcp_number(nft::field::tcp_sequence, match, negated);
    case Test::tcp_acknowledgement: return tcp_number(nft::field::tcp_acknowledgement, match, negated);
    case Test::tcp_options: return tcp_options(match, negated);
    case Test::flow: return flow(match, negated);
    case Test::jail: return match.group.id ? one(std::move(Body().load_group(match.group.level).is(nft::host64(match.group.id)))) : Ways{};
    case Test::gid: return owner(NFT_META_SKGID, match, out, negated);
  }
  return {};
}

Result<Ways> both(const Ways& one, const Ways& other) {
  if (one.size() * other.size() > most_ways) return fail(Why::invalid, "rule too big, max {} combinations", most_ways);
  Ways out;
  for (const Body& a : one)
    for (const Body& b : other) out.push_back(std::move(Body(a).append(b)));
  return out;
}

/// Those of `all` in which nothing of the term matches. Ports behind each other are asked at once.
Result<Ways> without(Ways all, const Term& term, bool out, const Tags& tags) {
  std::span<const Match> rest = term.any;
  auto is_port = [](const Match& match) { return (match.test == Test::source_port || match.test == Test::destination_port) && match.table.empty(); };
  while (!rest.empty()) {
    size_t count = 1;
    while (is_port(rest[0]) && count < rest.size() && rest[count].test == rest[0].test && is_port(rest[count])) ++count;
    CB_TRY(all, both(all, count > 1 ? ports(rest.first(count), true) : ways_of(rest[0], out, true, tags)));
    rest = rest.subspan(count);
  }
  return all;
}

}  // namespace

const Match* last_table(const Rule& rule) {
  const Match* found = nullptr;
  for (const Term& term : rule.terms)
    for (const Match& match : term.any)
      if (!term.negated && !match.table.empty()) found = &match;
  return found;
}

Ways values_of(const Rule& rule, bool out) {
  const Match* last = last_table(rule);
  if (!last) return {};
  Match match = *last;
  match.loads = true;
  return ways_of(match, out, false, {});
}

Result<Ways> ways_of(const Rule& rule, bool out, const Tags& tags) {
  Ways all{Body()};
  for (const Term& term : rule.terms) {
    if (term.negated) {
      CB_TRY(all, without(std::move(all), term, out, tags));
      continue;
    }
    Ways some;
    for (const Match& match : term.any) join(some, ways_of(match, out, false, tags));
    CB_TRY(all, both(all, some));
  }
  return all;
}

}  // namespace cellblock::ipfw
