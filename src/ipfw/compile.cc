#include "ipfw/compile.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "base/text.hpp"
#include "ipfw/match.hpp"
#include "net/fib.hpp"

namespace cellblock::ipfw {
namespace {

using nft::be16;
using nft::be32;
using nft::Body;
using nft::byte;
using nft::host32;

// Of connections; of packets. What is left of a packet's mark is for tags: setfib(1) has the rest (net/fib.hpp).
constexpr uint32_t state_mark = 0x1f000000, reset_mark = 0x3f000000;
constexpr uint32_t nat_mark = 0x2f000000;
constexpr std::array<uint32_t, 7> tag_bits{1u << 16, 1u << 17, 1u << 18, 1u << 19, 1u << 28, 1u << 30, 1u << 31};
constexpr uint32_t all_tag_bits = 0xd00f0000;
static_assert((all_tag_bits & (nat_mark | 0xffff)) == 0 && (all_tag_bits & net::fib_mask) == 0);

class Compiler {
 public:
  Compiler(const Ruleset& set, nft::Batch& batch) : set_(set), batch_(batch) {
    std::erase_if(set_.rules, [&set](const Kept& kept) { return set.is_off(kept.rule.set); });
    for (const Kept& kept : set_.rules)
      if (kept.rule.act == Act::skipto) targets_.insert(place(kept.rule.argument));
  }

  Result<Made> run() {
    CB_CHECK(name_tags());
    for (bool out : {false, true}) CB_CHECK(direction(out));
    hook("in", NF_INET_PRE_ROUTING, "filter", -110, "in.0");
    hook("forward", NF_INET_FORWARD, "filter", 90, "out.0");
    hook("output", NF_INET_LOCAL_OUT, "filter", 90, "out.0");
    hook("nat.out", NF_INET_POST_ROUTING, "nat", 100, "");
    hook("nat.in", NF_INET_PRE_ROUTING, "nat", -100, "");
    for (const Nat& nat : set_.nats) translate(nat);
    return std::move(made_);
  }

 private:
  Result<> name_tags() {
    for (const Kept& kept : set_.rules) {
      if (!kept.rule.tag || tags_.contains(*kept.rule.tag)) continue;
      if (tags_.size() == tag_bits.size()) return fail(Why::invalid, "tag {}: at most {} different tags on this system", *kept.rule.tag, tag_bits.size());
      tags_.emplace(*kept.rule.tag, tag_bits[tags_.size()]);
    }
    return {};
  }

  /// The rule at which a skipto goes on; behind the last: the default.
  size_t place(uint32_t number) const {
    return static_cast<size_t>(std::ranges::lower_bound(set_.rules, number, {}, [](const Kept& kept) { return kept.rule.number; }) - set_.rules.begin());
  }
  std::string segment(bool out, size_t at) const { return fmt::format("{}.{}", out ? "out" : "in", at); }

  void chain(const std::string& name) {
    batch_.add(nft::Chain{.name = name});
    made_.chains.push_back(name);
  }
  void rule(const std::string& chain, Body body) { batch_.append({.chain = chain, .body = std::move(body)}); }

  void hook(const std::string& name, uint32_t number, const std::string& type, int priority, const std::string& to) {
    batch_.add(nft::Chain{.name = name, .base = nft::Base{.type = type, .hook = number, .priority = priority}});
    made_.chains.push_back(name);
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

  /// A connection beyond the limit is dropped.
  void limit(Ways& out_list, const Kept& kept, bool out) {
    const Limit& limit = *kept.rule.limit;
    Body each = std::move(Body().connections(limit.most, NFT_CONNLIMIT_F_INV));
    for (bool six : {false, true}) {
      Body body = family(six ? v6 : v4);
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
      nft::Set set{.name = fmt::format("l{}.{}.{}", six ? 6 : 4, out ? "out" : "in", kept.id), .flags = NFT_SET_EVAL, .key_size = words * 4, .most = 65535};
      made_.sets.push_back(set.name);
      batch_.add(set);
      out_list.push_back(std::move(body.add_to({set.name}, NFT_DYNSET_OP_ADD, NFT_REG32_00, {}, 0, &each).drop()));
    }
  }

  void log(Ways& out_list, Body& first, const Kept& kept) const {
    const Rule& rule = kept.rule;
    if (!rule.log) return;
    std::string prefix = fmt::format("ipfw: {} {} ", rule.number, rule.text.substr(0, rule.text.find(' ')));
    // A limit that is reached ends a list of expressions of its own, not what the rule does.
    if (auto limit = log_limit_of(kept)) out_list.push_back(std::move(Body().limit(limit->name).log(prefix)));
    else first.log(prefix);
  }

  void mark(Body& body, uint32_t kept_bits, uint32_t bits) const {
    body.load(NFT_META_MARK).mask(host32(kept_bits), host32(bits)).set(NFT_META_MARK);
  }

  /// What a rule does, one after the other, behind its tests.
  Ways tails(const Kept& kept, bool out) const {
    const Rule& rule = kept.rule;
    Ways out_list;
    Body first;
    first.count(counter_of(kept.id));
    log(out_list, first, kept);
    if (rule.keeps_state) first.load_value(host32(state_mark | kept.id)).set(NFT_CT_MARK);
    if (rule.tag) mark(first, ~tags_.at(*rule.tag), tags_.at(*rule.tag));
    if (auto tag = rule.untag ? tags_.find(*rule.untag) : tags_.end(); tag != tags_.end()) mark(first, ~tag->second, 0);
    act(out_list, std::move(first), rule, out);
    return out_list;
  }

  void act(Ways& out_list, Body first, const Rule& rule, bool out) const {
    auto add = [&](Body body) { out_list.push_back(std::move(body)); };
    switch (rule.act) {
      case Act::allow: return add(std::move(first.accept()));
      case Act::deny: return add(std::move(first.drop()));
      case Act::count: return add(std::move(first));
      case Act::check_state: return;
      case Act::skipto: return add(std::move(first.go_to(segment(out, place(rule.argument)))));
      case Act::setfib:
        mark(first, all_tag_bits, rule.argument ? net::mark_of_fib(rule.argument) : 0);
        return add(std::move(first));
      case Act::nat:
        mark(first, all_tag_bits, nat_mark | rule.argument);
        return add(std::move(first.accept()));
      case Act::reset:
        // What the kernel answers belongs to the same connection: the mark lets it out past the rules.
        add(std::move(first));
        add(std::move(protocol(IPPROTO_TCP).load_value(host32(reset_mark)).set(NFT_CT_MARK).reject(NFT_REJECT_TCP_RST)));
        return add(std::move(Body().drop()));
      case Act::unreach:
      case Act::unreach6:
        add(std::move(first));
        add(std::move(family(rule.act == Act::unreach ? v4 : v6).reject(NFT_REJECT_ICMP_UNREACH, static_cast<uint8_t>(rule.argument))));
        return add(std::move(Body().drop()));
    }
  }

  Result<> one(const std::string& now, bool out, const Kept& kept) {
    CB_TRY(Ways ways, ways_of(kept.rule, out, tags_));
    if (ways.empty()) return {};
    Ways tail;
    if (kept.rule.limit) limit(tail, kept, out);
    std::ranges::move(tails(kept, out), std::back_inserter(tail));
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
    marked.load(NFT_META_MARK).mask(host32(~all_tag_bits)).is(host32(nat_mark | nat.number));
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

  Ruleset set_;
  nft::Batch& batch_;
  std::set<size_t> targets_;
  Tags tags_;
  Made made_;
};

}  // namespace

std::string counter_of(uint32_t id) { return fmt::format("r{}", id); }

std::optional<nft::NamedLimit> log_limit_of(const Kept& kept) {
  uint32_t most = kept.rule.log ? kept.rule.log_amount : 0;
  if (!most) return std::nullopt;
  // So many at once, then one in a long time: as long as the kernel can count in nanoseconds.
  return nft::NamedLimit{fmt::format("l{}", kept.id), {.rate = 1, .unit = std::max<uint64_t>(9'000'000'000 / most, 1), .burst = most}};
}

std::optional<uint32_t> id_of_mark(uint32_t mark) {
  constexpr uint32_t id_bits = 0xffffff;
  return (mark & ~id_bits) == state_mark ? std::optional(mark & id_bits) : std::nullopt;
}

Result<Made> compile(const Ruleset& rules, nft::Batch& batch) { return Compiler(rules, batch).run(); }

}  // namespace cellblock::ipfw
