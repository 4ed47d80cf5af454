#include "ipfw/translate.hpp"

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/rtnetlink.h>

#include <algorithm>

#include "ipfw/match.hpp"

namespace cellblock::ipfw {
namespace {

using nft::be16;
using nft::Body;

class Translator {
 public:
  Translator(nft::Batch& batch, const Nat& nat, const Body& marked) : batch_(batch), nat_(nat), marked_(marked) {}

  void run() {
    // Ports before whole addresses.
    for (bool whole : {false, true})
      for (const Nat::Redirect& redirect : nat_.redirects)
        if ((redirect.port == 0 && redirect.protocol == 0) == whole) incoming(redirect);
    for (const Nat::Redirect& redirect : nat_.redirects)
      if (redirect.port == 0 && redirect.at) own_address(redirect);
    outgoing();
    if (nat_.denies_incoming) deny();
  }

 private:
  Body body(nft_meta_keys direction) const {
    Body out = marked_;
    out.append(family(v4));
    if (!nat_.interface.empty()) out.load(direction).is(nft::interface_name(own_name(nat_.interface)));
    return out;
  }
  void rule(std::string_view chain, Body body) { batch_.append({.chain = std::string(chain), .body = std::move(body)}); }

  void incoming(const Nat::Redirect& redirect) {
    Body out = body(NFT_META_IIFNAME);
    // The instance's own address is that of its interface.
    if (auto at = redirect.at ? redirect.at : nat_.ip) out.load(nft::field::ip_destination).is(at->data());
    else out.load(nft::Fib{NFT_FIB_RESULT_ADDRTYPE, NFTA_FIB_F_DADDR | NFTA_FIB_F_IIF}).is(nft::host32(RTN_LOCAL));
    if (redirect.from) out.load(nft::field::ip_source).is(redirect.from->data());
    if (redirect.protocol) out.append(protocol(static_cast<uint8_t>(redirect.protocol)));
    if (redirect.from_port) out.load(nft::field::source_port).is(be16(static_cast<uint16_t>(redirect.from_port)));
    if (redirect.port)
      out.load(nft::field::destination_port).in_range(be16(static_cast<uint16_t>(redirect.port)), be16(static_cast<uint16_t>(redirect.last_port)));
    nft::NatTo to{.address = NFT_REG_1};
    out.load_value(redirect.to.data());
    if (redirect.to_port) {
      out.load_value(be16(static_cast<uint16_t>(redirect.to_port)), NFT_REG_2);
      to.port = NFT_REG_2;
    }
    rule(nat_in, std::move(out.nat(NFT_NAT_DNAT, v4, to)));
  }

  /// What has an address of its own outside leaves with that.
  void own_address(const Nat::Redirect& redirect) {
    Body out = body(NFT_META_OIFNAME);
    out.load(nft::field::ip_source).is(redirect.to.data());
    if (redirect.protocol) out.append(protocol(static_cast<uint8_t>(redirect.protocol)));
    rule(nat_out, std::move(out.load_value(redirect.at->data()).nat(NFT_NAT_SNAT, v4, {.address = NFT_REG_1})));
  }

  void outgoing() {
    auto leave = [&](Body out) {
      if (nat_.ip) out.load_value(nat_.ip->data()).nat(NFT_NAT_SNAT, v4, {.address = NFT_REG_1});
      else out.masquerade();
      rule(nat_out, std::move(out));
    };
    if (!nat_.private_only) return leave(body(NFT_META_OIFNAME));
    for (std::string_view text : private_networks) {
      auto network = net::parse_prefix(text);
      Body out = body(NFT_META_OIFNAME);
      out.load(nft::field::ip_source).mask(net::mask_of(false, network->length).data()).is(network->ip.data());
      leave(std::move(out));
    }
  }

  /// Connections that begin outside and that no redirect has taken.
  void deny() {
    constexpr uint32_t is_new = 8;
    Body out = body(NFT_META_IIFNAME);
    out.load(NFT_CT_STATE).mask(nft::host32(is_new)).is_not(nft::host32(0));
    out.load(NFT_CT_STATUS).mask(nft::host32(IPS_DST_NAT)).is(nft::host32(0));
    rule(behind_in, std::move(out.drop()));
  }

  nft::Batch& batch_;
  const Nat& nat_;
  const Body& marked_;
};

}  // namespace

void translate(nft::Batch& batch, const Nat& nat, const Body& marked) { Translator(batch, nat, marked).run(); }

void receive(nft::Batch& batch, const Hop& hop, const Body& marked) {
  // Nothing from outside may come to a loopback address: that of the interface stands for it.
  bool loopback = !hop.ip.v6 && hop.ip.bytes[0] == 127;
  for (uint8_t which : {IPPROTO_TCP, IPPROTO_UDP}) {
    Body body = marked;
    body.append(family(hop.ip.v6 ? v6 : v4)).append(protocol(which));
    nft::NatTo to;
    if (hop.port) {
      body.load_value(be16(static_cast<uint16_t>(hop.port)), NFT_REG_2);
      to.port = NFT_REG_2;
    }
    if (!loopback) {
      body.load_value(hop.ip.data());
      to.address = NFT_REG_1;
    }
    batch.append({.chain = std::string(nat_in), .body = std::move(loopback ? body.redirect(to) : body.nat(NFT_NAT_DNAT, hop.ip.v6 ? v6 : v4, to))});
  }
}

Body set_dscp(uint8_t which, uint32_t dscp) {
  bool four = which == v4;
  Body out = family(which);
  out.load(first_bytes).mask(be16(four ? 0xff03 : 0xf03f), be16(static_cast<uint16_t>(dscp << (four ? 2 : 6))));
  constexpr uint32_t checksum = 10;  // of IPv4's header
  return std::move(four ? out.write(first_bytes, NFT_REG_1, checksum) : out.write(first_bytes, NFT_REG_1));
}

}  // namespace cellblock::ipfw
