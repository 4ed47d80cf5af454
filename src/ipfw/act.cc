#include "ipfw/act.hpp"

#include <algorithm>

namespace cellblock::ipfw {
namespace {

using nft::Body;
using nft::byte;
using nft::host32;

bool is_jail(const Match& match) { return match.test == Test::jail; }

}  // namespace

void mark(Body& body, uint32_t kept_bits, uint32_t bits) {
  body.load(NFT_META_MARK).mask(host32(kept_bits), host32(bits)).set(NFT_META_MARK);
}

Body marked(uint32_t mark) { return std::move(Body().load(NFT_META_MARK).mask(host32(~all_tag_bits)).is(host32(mark))); }

Body no_error() {
  constexpr uint32_t is_related = 4;
  return std::move(Body().load(NFT_CT_STATE).mask(host32(is_related)).is(host32(0)));
}

bool takes_errors(const Rule& rule) {
  auto other = [](const Match& match) { return match.test == Test::protocol && match.low != IPPROTO_ICMP && match.low != IPPROTO_ICMPV6; };
  return std::ranges::none_of(rule.terms, [&](const Term& term) { return !term.negated && std::ranges::all_of(term.any, other); });
}

void keep_state(Body& body, const Kept& kept) { body.load_value(host32(state_mark | kept.id)).set(NFT_CT_MARK); }

std::pair<nft::Set, Body> limit(const Kept& kept, const Path& path, bool six) {
  const Limit& limit = *kept.rule.limit;
  Body each = std::move(Body().connections(limit.most, NFT_CONNLIMIT_F_INV)), body = family(six ? v6 : v4);
  uint32_t words = 0;
  auto part = [&](bool wanted, const nft::Field& field) {
    if (!wanted) return;
    body.load(field, static_cast<nft::Register>(NFT_REG32_00 + words));
    words += (field.length + 3) / 4;
  };
  part(limit.keys & 1, six ? nft::field::ip6_source : nft::field::ip_source);
  part(limit.keys & 4, six ? nft::field::ip6_destination : nft::field::ip_destination);
  part(limit.keys & 2, nft::field::source_port);
  part(limit.keys & 8, nft::field::destination_port);
  nft::Set set{.name = fmt::format("l{}.{}.{}", six ? 6 : 4, path.name, kept.id), .flags = NFT_SET_EVAL, .key_size = words * 4, .most = 65535};
  body.add_to({set.name}, NFT_DYNSET_OP_ADD, NFT_REG32_00, {}, 0, &each).drop();
  return {std::move(set), std::move(body)};
}

Body answer(const Rule& rule) {
  auto unreachable = NFT_REJECT_ICMP_UNREACH;
  if (rule.act == Act::unreach || rule.act == Act::unreach6)
    return std::move(family(rule.act == Act::unreach ? v4 : v6).reject(unreachable, static_cast<uint8_t>(rule.argument)));
  // The answer belongs to the same connection: the mark lets it out past the rules.
  return std::move(protocol(IPPROTO_TCP).load_value(host32(reset_mark)).set(NFT_CT_MARK).reject(NFT_REJECT_TCP_RST));
}

void leave_out(Ways& ways, const Hop& hop, const Path& path) {
  if (hop.local ? path.out || path.again : path.out && path.again) ways.clear();
  for (Body& way : ways) {
    Body body = family(hop.ip.v6 ? v6 : v4);
    if (path.out) body.load(NFT_META_IIF).is(host32(0));
    way = std::move(body.append(way));
  }
}

bool asks_socket(const Rule& rule) {
  return std::ranges::any_of(rule.terms, [](const Term& term) { return std::ranges::any_of(term.any, is_jail); });
}

Rule without_sockets(Rule rule) {
  for (Term& term : rule.terms) std::erase_if(term.any, is_jail);
  return rule;
}

}  // namespace cellblock::ipfw
