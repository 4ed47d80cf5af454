// Translations and scrub -> nftables. Their chains are asked in order: as in pf, the first rule that matches decides.
#include <netinet/in.h>

#include <algorithm>

#include "pf/compiler.hpp"

namespace cellblock::pf {
namespace {

constexpr uint16_t first_proxy_port = 50001;  // FreeBSD's own range for nat

/// All addresses of the targets, which the parser has counted; none: more than can be chosen from.
std::vector<net::Ip> pool_of(const Rule& rule) {
  std::vector<net::Ip> out;
  for (const Address& target : rule.targets) {
    if (target.ip.bits() - target.length > 8) return {};
    net::Ip last = net::broadcast_of(target.ip, target.length);
    for (net::Ip ip = target.ip;; ) {
      out.push_back(ip);
      if (ip == last || out.size() > most_in_pool) break;
      ++ip.bytes[ip.size() - 1];
    }
  }
  return out.size() > most_in_pool ? std::vector<net::Ip>{} : out;
}

/// The same for a key at any time: rules that are loaded again lead nobody elsewhere.
uint32_t seed_of(const std::string& key) {
  uint32_t out = 2166136261u;  // FNV
  for (char c : key) out = (out ^ static_cast<uint8_t>(c)) * 16777619u;
  return out;
}

/// A binat rule as it is asked of what comes in: from its `to` to its address of translation.
Rule turned(const Rule& rule) {
  Rule out(rule);
  std::swap(out.from, out.to);
  if (!rule.no) {
    out.to.address = rule.targets[0];
    out.targets = {rule.from.address};
  }
  return out;
}

Rule as_asked(const Rule& rule, Phase phase) { return rule.action == Action::binat && phase == Phase::in ? turned(rule) : rule; }

}  // namespace

Result<> Compiler::translations(std::string_view chain, Phase phase, Action action) {
  const std::vector<Rule>& rules = kept_->rules.translations;
  for (size_t i = 0; i < rules.size(); ++i) {
    id_ = kept_->id_of_translation(i);
    if (rules[i].action == anchor_of(action)) {
      Ways all = ways(rules[i], phase);
      for (const std::string& anchor : called(rules[i].anchor))
        for (const Body& body : all) rule(chain_of(chain), std::move(Body(body).jump(anchor + "|" + std::string(chain))));
    }
    if (rules[i].action != action) continue;
    for (const Rule& one : of_families(as_asked(rules[i], phase))) {
      Ways all = ways(one, phase);
      for (Body& body : all) CB_CHECK(translate(one, phase == Phase::out ? Action::nat : Action::rdr, std::move(body)), "line {}", one.line);
    }
  }
  return {};
}

// What will be translated on its way out is left to the phase behind, which sees what it becomes.
Result<> Compiler::untranslated() {
  const std::vector<Rule>& rules = kept_->rules.translations;
  for (Action action : {Action::binat, Action::nat})
    for (const Rule& wide : rules) {
      bool anchor = wide.action == anchor_of(action);
      if (!anchor && wide.action != action) continue;
      for (const Rule& one : of_families(wide)) {
        Ways all = ways(one, Phase::refuse);
        std::vector<std::string> anchors = anchor ? called(wide.anchor) : std::vector<std::string>{""};
        for (const Body& body : all)
          for (const std::string& name : anchors) {
            Body way(body);
            if (anchor) way.jump(name + "|untranslated");
            else if (wide.no) way.give_back();
            else way.accept();
            rule(chain_of("untranslated"), std::move(way));
          }
      }
    }
  return {};
}

Result<> Compiler::translate(const Rule& rule, Action as, Body body) {
  bool nat = as == Action::nat;
  if (rule.log) body.log(nat ? "pf: nat " : "pf: rdr ");
  count(body, id_, !nat);
  Label label{.tags = tags_.set_by(id_, nat ? Phase::out : Phase::in)};
  if (rule.passes && !rule.no) {
    label.flags = nat ? flag_out : flag_in;
    (nat ? label.out : label.in) = id_;
  }
  if (label.flags || label.tags) body.load_value(label.bytes()).set(NFT_CT_LABELS);
  std::string to = chain_of(nat ? "nat" : "rdr");
  if (rule.no) {
    this->rule(to, std::move(body.accept()));
    return {};
  }
  bool own = rule.targets[0].kind == AddressKind::interface, v6 = rule.targets[0].ip.v6;
  nft::NatTo where = target(rule, as, body);
  if (!own) body.nat(nat ? NFT_NAT_SNAT : NFT_NAT_DNAT, v6 ? 10 : 2, where);
  else if (nat) body.masquerade(where);
  else body.redirect(where);
  this->rule(to, std::move(body));
  return {};
}

/// Loads what the connection is led to.
nft::NatTo Compiler::target(const Rule& rule, Action as, Body& body) {
  nft::NatTo to;
  Ports ports = rule.target_ports;
  bool moved = rule.action == Action::nat && !rule.static_port;
  if (moved && ports.test == PortTest::any) ports = {PortTest::range, first_proxy_port, 65535};
  if (rule.targets[0].kind == AddressKind::network) {
    const Address& first = rule.targets[0];
    bool one = rule.targets.size() == 1;
    std::vector<net::Ip> pool = pool_of(rule);
    if (one && (rule.choice == Choice::none || rule.choice == Choice::bitmask || pool.size() == 1)) {
      body.load_value(first.ip.data(), NFT_REG_1).load_value(net::broadcast_of(first.ip, first.length).data(), NFT_REG_2);
      to.address_end = NFT_REG_2;
    } else {
      pick(rule, pool, body);
    }
    to.address = NFT_REG_1;
    to.flags |= NF_NAT_RANGE_MAP_IPS;
    if (rule.sticky) to.flags |= NF_NAT_RANGE_PERSISTENT;  // of a range, by the source alone
    bool same_host = rule.action == Action::binat || rule.choice == Choice::bitmask;
    if (same_host && first.length != first.ip.bits()) to.flags |= NF_NAT_RANGE_NETMAP;
  }
  if (ports.test == PortTest::any || (as == Action::nat && rule.action == Action::binat)) return to;
  bool each = rule.action == Action::rdr && ports.test == PortTest::range;
  if (each && ports == rule.to.ports) return to;  // as it came
  to.port = NFT_REG_3;
  if (each) {
    shift(rule, body);
  } else {
    body.load_value(nft::be16(ports.first), NFT_REG_3).load_value(nft::be16(ports.last), NFT_REG_4);
    to.port_end = NFT_REG_4;
  }
  to.flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
  return to;
}

// One of several addresses: a number, and a map from it to an address.
void Compiler::pick(const Rule& rule, const std::vector<net::Ip>& pool, Body& body) {
  bool v6 = pool[0].v6;
  std::string name = fmt::format("#{}.pool", id_);
  map({.name = name, .key_size = 4, .data_type = v6 ? 8u : 7u, .data_size = v6 ? 16u : 4u}, [&pool] {
    std::vector<nft::Element> out;
    for (size_t i = 0; i < pool.size(); ++i) out.push_back({.key = nft::host32(static_cast<uint32_t>(i)), .value = std::string(pool[i].data())});
    return out;
  });
  // With sticky-address a source keeps its address as with source-hash: there is nothing to remember then.
  uint32_t count = static_cast<uint32_t>(pool.size());
  if (rule.sticky || rule.choice == Choice::source_hash)
    body.load(v6 ? nft::field::ip6_source : nft::field::ip_source).load_hash(NFT_REG_1, v6 ? 16 : 4, count, seed_of(rule.hash_key));
  else body.load_number(rule.choice == Choice::random ? NFT_NG_RANDOM : NFT_NG_INCREMENTAL, count);
  body.map({name}, NFT_REG_1, NFT_REG_1);
}

void Compiler::map(nft::Set set, const std::function<std::vector<nft::Element>()>& elements) {
  if (std::ranges::find(out_.sets, set.name) != out_.sets.end()) return;
  batch_.add(set).add(nft::SetRef{set.name}, elements());
  out_.sets.push_back(set.name);
}

// A port of a range to that of the same place in the other. Rules with the same ranges share the map.
void Compiler::shift(const Rule& rule, Body& body) {
  constexpr uint32_t inet_service = 13;
  auto [test, first, last] = rule.to.ports;
  std::string name = fmt::format("#{}:{}.{}", first, last, rule.target_ports.first);
  int offset = rule.target_ports.first - first;
  map({.name = name, .key_type = inet_service, .key_size = 2, .data_type = inet_service, .data_size = 2}, [first, last, offset] {
    std::vector<nft::Element> out;
    for (int port = first; port <= last; ++port)
      out.push_back({.key = nft::be16(static_cast<uint16_t>(port)), .value = nft::be16(static_cast<uint16_t>(port + offset))});
    return out;
  });
  body.load(nft::field::destination_port, NFT_REG_3).map({name}, NFT_REG_3, NFT_REG_3);
}

Result<> Compiler::scrubs(Phase phase) {
  if (!anchor_.empty()) return {};
  std::string to = fmt::format("scrub.{}", name_of(phase));
  const std::vector<Rule>& rules = kept_->rules.scrubs;
  for (size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].way != Way::both && (rules[i].way == Way::in) != (phase == Phase::in)) continue;
    id_ = kept_->first + static_cast<uint32_t>(i);
    std::string own = fmt::format("scrub.{}.{}", name_of(phase), i);
    chain(own);
    for (const Rule& one : of_families(rules[i])) {
      Ways all = ways(one, phase);
      for (Body& body : all) {
        count(body, id_, phase == Phase::in);
        if (one.no) body.accept();
        else if (one.action == Action::match) body.jump(own);
        else body.go_to(own);
        rule(to, std::move(body));
      }
    }
    if (!rules[i].no) scrub(rules[i], own);
  }
  return {};
}

void Compiler::scrub(const Rule& wanted, const std::string& to) {
  auto ip4 = [] { return std::move(Body().load(NFT_META_NFPROTO).is(nft::byte(2))); };
  if (wanted.no_df) {
    Body body = ip4();
    body.load(nft::field::ip_fragment).mask(nft::be16(0xbfff));
    rule(to, std::move(body.write(nft::field::ip_fragment, NFT_REG_1, 10)));
  }
  if (wanted.min_ttl) {  // checksums go by pairs of bytes: the protocol behind it is written with it
    constexpr nft::Field ttl_and_protocol{nft::field::network, 8, 2};
    Body body = ip4();
    body.load(nft::field::ip_ttl).compare(NFT_CMP_LT, nft::byte(wanted.min_ttl));
    body.load(ttl_and_protocol).mask(nft::be16(0x00ff), nft::be16(static_cast<uint16_t>(wanted.min_ttl << 8)));
    rule(to, std::move(body.write(ttl_and_protocol, NFT_REG_1, 10)));
    Body six;
    six.load(NFT_META_NFPROTO).is(nft::byte(10)).load(nft::field::ip6_hop_limit).compare(NFT_CMP_LT, nft::byte(wanted.min_ttl));
    rule(to, std::move(six.load_value(nft::byte(wanted.min_ttl)).write(nft::field::ip6_hop_limit, NFT_REG_1)));
  }
  if (!wanted.max_mss) return;
  constexpr uint8_t mss_option = 2;
  auto option = [](Body& body, uint16_t reg_attribute) {
    body.expression("exthdr", [reg_attribute](Body::Request& data) {
      nft::put_number(data, reg_attribute, NFT_REG_1);
      uint8_t type = mss_option;
      data.attribute(NFTA_EXTHDR_TYPE, &type, 1);
      nft::put_number(data, NFTA_EXTHDR_OFFSET, 2);
      nft::put_number(data, NFTA_EXTHDR_LEN, 2);
      nft::put_number(data, NFTA_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
    });
  };
  Body body;
  body.load(NFT_META_L4PROTO).is(nft::byte(IPPROTO_TCP)).load(nft::field::tcp_flags).mask(nft::byte(0x02)).is(nft::byte(0x02));
  option(body, NFTA_EXTHDR_DREG);
  body.compare(NFT_CMP_GT, nft::be16(wanted.max_mss)).load_value(nft::be16(wanted.max_mss));
  option(body, NFTA_EXTHDR_SREG);
  rule(to, std::move(body));
}

}  // namespace cellblock::pf
