// size: generator
#include "ipfw/compile.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace cellblock::ipfw {
namespace {

using nft::be16;
using nft::be32;
using nft::Body;
using nft::byte;
using nft::host32;

constexpr uint32_t state_mark = 0x1f000000, nat_mark = 0x2f000000, reset_mark = 0x3f000000;
constexpr size_t most_ways = 2000;
constexpr uint8_t v4 = 2, v6 = 10;

using Ways = std::vector<Body>;  // any of them

Body family(uint8_t which) { return std::move(Body().load(NFT_META_NFPROTO).is(byte(which))); }
Body protocol(uint8_t which) { return std::move(Body().load(NFT_META_L4PROTO).is(byte(which))); }

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

Ways ports(const Match& match, bool negated) {
  Ways out;
  for (uint8_t which : {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP}) {
    Body body = protocol(which);
    body.load(match.test == Test::source_port ? nft::field::source_port : nft::field::destination_port);
    hold(body, be16(static_cast<uint16_t>(match.low)), be16(static_cast<uint16_t>(match.high)), negated);
    out.push_back(std::move(body));
  }
  return out;
}

std::string own_name(const std::string& shown) { return shown == "lo0" ? "lo" : shown; }

Ways interface(const Match& match, bool out, bool negated) {
  bool transmit = match.test == Test::transmit || (match.test == Test::via && out);
  if (transmit && !out) return negated ? Ways{Body()} : Ways{};
  Body body;
  body.load(transmit ? NFT_META_OIFNAME : NFT_META_IIFNAME)
      .compare(negated ? NFT_CMP_NEQ : NFT_CMP_EQ, nft::interface_name(own_name(match.name)));
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

/// Numbers that the kernel has in the machine's order.
Ways own_number(nft_meta_keys key, const Match& match, bool negated) {
  Body body;
  body.load(key).swap(4, 4);
  hold(body, be32(match.low), be32(match.high), negated);
  return {std::move(body)};
}

Ways ways_of(const Match& match, bool out, bool negated) {
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
      Ways ways{address(match, negated)};
      if (negated) ways.push_back(family(match.ip.v6 ? v4 : v6));
      return ways;
    }
    case Test::source_me:
    case Test::destination_me: {
      Body body = match.low ? family(v6) : Body();
      body.load(nft::Fib{NFT_FIB_RESULT_ADDRTYPE, match.test == Test::source_me ? NFTA_FIB_F_SADDR : NFTA_FIB_F_DADDR});
      return one(std::move(body.compare(equal, host32(RTN_LOCAL))));
    }
    case Test::source_port:
    case Test::destination_port: return ports(match, negated);
    case Test::receive:
    case Test::transmit:
    case Test::via: return interface(match, out, negated);
    case Test::established: return tcp(0x14, 0, false, negated);
    case Test::setup: return tcp(0x12, 0x02, true, negated);
    case Test::tcp_flags:
      return tcp(static_cast<uint8_t>(match.low | match.high), static_cast<uint8_t>(match.low), true, negated);
    case Test::icmp_types: return icmp(match, IPPROTO_ICMP, negated);
    case Test::icmp6_types: return icmp(match, IPPROTO_ICMPV6, negated);
    case Test::fragment:
      return one(std::move(family(v4).load(nft::field::ip_fragment).mask(be16(0x1fff)).compare(negated ? NFT_CMP_EQ : NFT_CMP_NEQ, be16(0))));
    case Test::ttl: {
      Body four = family(v4), six = family(v6);
      hold(four.load(nft::field::ip_ttl), byte(static_cast<uint8_t>(match.low)), byte(static_cast<uint8_t>(match.high)), negated);
      hold(six.load(nft::field::ip6_hop_limit), byte(static_cast<uint8_t>(match.low)), byte(static_cast<uint8_t>(match.high)), negated);
      return {std::move(four), std::move(six)};
    }
    case Test::length: return own_number(NFT_META_LEN, match, negated);
    case Test::uid: return out ? own_number(NFT_META_SKUID, match, negated) : fixed(false);
    case Test::gid: return out ? own_number(NFT_META_SKGID, match, negated) : fixed(false);
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

Result<Ways> ways_of(const Rule& rule, bool out) {
  Ways all{Body()};
  for (const Term& term : rule.terms) {
    if (term.negated) {
      for (const Match& match : term.any) {
        CB_TRY(all, both(all, ways_of(match, out, true)));
      }
      continue;
    }
    Ways some;
    for (const Match& match : term.any)
      for (Body& way : ways_of(match, out, false)) some.push_back(std::move(way));
    CB_TRY(all, both(all, some));
  }
  return all;
}

class Compiler {
 public:
  Compiler(const Ruleset& set, nft::Batch& batch) : set_(set), batch_(batch) {
    for (const Kept& kept : set.rules)
      if (kept.rule.act == Act::skipto) targets_.insert(place(kept.rule.argument));
  }

  Result<std::vector<std::string>> run() {
    for (bool out : {false, true}) CB_CHECK(direction(out));
    hook("in", NF_INET_PRE_ROUTING, "filter", -110, "in.0");
    hook("forward", NF_INET_FORWARD, "filter", 90, "out.0");
    hook("output", NF_INET_LOCAL_OUT, "filter", 90, "out.0");
    hook("nat.out", NF_INET_POST_ROUTING, "nat", 100, "");
    hook("nat.in", NF_INET_PRE_ROUTING, "nat", -100, "");
    for (const Nat& nat : set_.nats) translate(nat);
    return std::move(names_);
  }

 private:
  /// The rule at which a skipto goes on; behind the last: the default.
  size_t place(uint32_t number) const {
    return static_cast<size_t>(std::ranges::lower_bound(set_.rules, number, {}, [](const Kept& kept) { return kept.rule.number; }) - set_.rules.begin());
  }
  std::string segment(bool out, size_t at) const { return fmt::format("{}.{}", out ? "out" : "in", at); }

  void chain(const std::string& name) {
    batch_.add(nft::Chain{.name = name});
    names_.push_back(name);
  }
  void rule(const std::string& chain, Body body) { batch_.append({.chain = chain, .body = std::move(body)}); }

  void hook(const std::string& name, uint32_t number, const std::string& type, int priority, const std::string& to) {
    batch_.add(nft::Chain{.name = name, .base = nft::Base{.type = type, .hook = number, .priority = priority}});
    names_.push_back(name);
    if (name == "output")
      rule(name, std::move(protocol(IPPROTO_TCP).load(nft::field::tcp_flags).mask(byte(4)).is(byte(4)).load(NFT_CT_MARK)
                               .is(host32(reset_mark)).accept()));
    if (!to.empty()) rule(name, std::move(Body().go_to(to)));
  }

  Result<> direction(bool out) {
    // Chains before the rules that lead to them.
    chain(segment(out, 0));
    for (size_t at : targets_)
      if (at > 0) chain(segment(out, at));
    std::string now = segment(out, 0);
    bool states_asked = false;
    for (size_t at = 0; at <= set_.rules.size(); ++at) {
      if (at > 0 && targets_.contains(at)) {
        rule(now, std::move(Body().go_to(segment(out, at))));
        now = segment(out, at);
      }
      if (at == set_.rules.size()) break;
      const Rule& rule = set_.rules[at].rule;
      // Where no check-state comes first, the first rule that keeps states asks for them.
      bool asks = rule.act == Act::check_state || (rule.keeps_state && !states_asked);
      if (asks) check_states(now, out, at);
      states_asked |= asks;
      if (rule.act != Act::check_state) CB_CHECK(one(now, out, set_.rules[at]), "rule {}", rule.number);
    }
    rule(now, std::move(Body().count(counter_of(0)).drop()));
    return {};
  }

  void check_states(const std::string& now, bool out, size_t asking) {
    for (const Kept& kept : set_.rules) {
      if (!kept.rule.keeps_state) continue;
      std::string name = fmt::format("s.{}.{}.{}", out ? "out" : "in", asking, kept.id);
      chain(name);
      for (Body& tail : tails(kept, out)) rule(name, std::move(tail));
      rule(now, std::move(Body().load(NFT_CT_MARK).is(host32(state_mark | kept.id)).go_to(name)));
    }
  }

  /// What a rule does, one after the other, behind its tests.
  Ways tails(const Kept& kept, bool out) const {
    const Rule& rule = kept.rule;
    Body first;
    first.count(counter_of(kept.id));
    if (rule.log) first.log(fmt::format("ipfw: {} {} ", rule.number, rule.text.substr(0, rule.text.find(' '))));
    if (rule.keeps_state) first.load_value(host32(state_mark | kept.id)).set(NFT_CT_MARK);
    Ways out_list;
    auto add = [&](Body body) {
      out_list.push_back(std::move(body));
    };
    switch (rule.act) {
      case Act::allow: add(std::move(first.accept())); break;
      case Act::deny: add(std::move(first.drop())); break;
      case Act::count: add(std::move(first)); break;
      case Act::check_state: break;
      case Act::skipto: add(std::move(first.go_to(segment(out, place(rule.argument))))); break;
      case Act::nat: add(std::move(first.load_value(host32(nat_mark | rule.argument)).set(NFT_META_MARK).accept())); break;
      case Act::reset:
        // What the kernel answers belongs to the same connection: the mark lets it out past the rules.
        add(std::move(first));
        add(std::move(protocol(IPPROTO_TCP).load_value(host32(reset_mark)).set(NFT_CT_MARK).reject(NFT_REJECT_TCP_RST)));
        add(std::move(Body().drop()));
        break;
      case Act::unreach:
      case Act::unreach6:
        add(std::move(first));
        add(std::move(family(rule.act == Act::unreach ? v4 : v6).reject(NFT_REJECT_ICMP_UNREACH, static_cast<uint8_t>(rule.argument))));
        add(std::move(Body().drop()));
        break;
    }
    return out_list;
  }

  Result<> one(const std::string& now, bool out, const Kept& kept) {
    CB_TRY(Ways ways, ways_of(kept.rule, out));
    if (ways.empty()) return {};
    Ways tail = tails(kept, out);
    Body chance;
    if (kept.rule.probability < 1)
      chance.load_number(NFT_NG_RANDOM, 1000000).swap(4, 4)
          .compare(NFT_CMP_LT, be32(static_cast<uint32_t>(kept.rule.probability * 1000000)));
    if (ways.size() == 1 && tail.size() == 1) {
      rule(now, std::move(chance.append(ways[0]).append(tail[0])));
      return {};
    }
    // Tests that match in several ways, or several things to do: chains of their own, so that each is done once.
    std::string acts = fmt::format("a.{}.{}", out ? "out" : "in", kept.id), tests = fmt::format("t.{}.{}", out ? "out" : "in", kept.id);
    chain(acts);
    chain(tests);
    for (Body& each : tail) rule(acts, std::move(each));
    for (Body& way : ways) rule(tests, std::move(way.go_to(acts)));
    rule(now, std::move(chance.jump(tests)));
    return {};
  }

  void translate(const Nat& nat) {
    Body marked;
    marked.load(NFT_META_MARK).is(host32(nat_mark | nat.number));
    for (const Nat::Redirect& redirect : nat.redirects) {
      Body body = marked;
      if (!nat.interface.empty()) body.load(NFT_META_IIFNAME).is(nft::interface_name(own_name(nat.interface)));
      if (nat.ip) body.append(family(v4)).load(nft::field::ip_destination).is(nat.ip->data());
      body.append(family(v4)).append(protocol(static_cast<uint8_t>(redirect.protocol))).load(nft::field::destination_port)
          .is(be16(static_cast<uint16_t>(redirect.port)));
      body.load_value(redirect.to.data()).load_value(be16(static_cast<uint16_t>(redirect.to_port)), NFT_REG_2)
          .nat(NFT_NAT_DNAT, v4, {.address = NFT_REG_1, .port = NFT_REG_2});
      rule("nat.in", std::move(body));
    }
    Body body = marked;
    if (!nat.interface.empty()) body.load(NFT_META_OIFNAME).is(nft::interface_name(own_name(nat.interface)));
    if (nat.ip) body.append(family(v4)).load_value(nat.ip->data()).nat(NFT_NAT_SNAT, v4, {.address = NFT_REG_1});
    else body.masquerade();
    rule("nat.out", std::move(body));
  }

  const Ruleset& set_;
  nft::Batch& batch_;
  std::set<size_t> targets_;
  std::vector<std::string> names_;
};

}  // namespace

std::string counter_of(uint32_t id) { return fmt::format("r{}", id); }

Result<std::vector<std::string>> compile(const Ruleset& rules, nft::Batch& batch) { return Compiler(rules, batch).run(); }

Result<Nat> parse_nat(uint32_t number, std::span<const std::string> words) {
  Nat nat{.number = number, .interface = {}, .ip = {}, .redirects = {}, .text = join({words.begin(), words.end()}, " ")};
  auto port_of = [](std::string_view text) {
    auto value = parse_int(text);
    return value && *value > 0 && *value <= 65535 ? static_cast<uint32_t>(*value) : 0u;
  };
  for (size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word == "if" && at + 1 < words.size()) {
      nat.interface = words[++at];
    } else if (word == "ip" && at + 1 < words.size()) {
      nat.ip = net::parse_ip(words[++at]);
      if (!nat.ip || nat.ip->v6) return fail(Why::invalid, "bad ip address ``{}''", words[at]);
    } else if (word == "same_ports" || word == "reset" || word == "log") {
      continue;  // as the kernel does it
    } else if (word == "redirect_port" && at + 3 < words.size()) {
      Nat::Redirect redirect{.protocol = words[at + 1] == "udp" ? 17u : 6u};
      std::string_view to = words[at + 2], from = words[at + 3];
      size_t colon = to.find(':'), last = from.rfind(':');
      auto ip = net::parse_ip(to.substr(0, colon));
      redirect.to_port = colon == to.npos ? 0 : port_of(to.substr(colon + 1));
      redirect.port = port_of(from.substr(last == from.npos ? 0 : last + 1));
      bool known = words[at + 1] == "tcp" || words[at + 1] == "udp";
      if (!known || !ip || ip->v6 || !redirect.to_port || !redirect.port) return fail(Why::invalid, "redirect_port: bad arguments");
      redirect.to = *ip;
      nat.redirects.push_back(redirect);
      at += 3;
    } else {
      return fail(Why::unsupported, "nat: ``{}'' is not supported on this system", word);
    }
  }
  if (nat.interface.empty() && !nat.ip) return fail(Why::invalid, "nat: no interface or address");
  return nat;
}

}  // namespace cellblock::ipfw
