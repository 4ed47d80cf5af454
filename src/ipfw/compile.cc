#include "ipfw/compile.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "base/text.hpp"
#include "ipfw/match.hpp"
#include "ipfw/translate.hpp"
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
constexpr uint32_t nat_mark = 0x2f000000, divert_mark = 0x2f100000, local_mark = 0x2f300000, nat_mark_bits = 0x2fc00000;
constexpr std::array<uint32_t, 7> tag_bits{1u << 16, 1u << 17, 1u << 18, 1u << 19, 1u << 28, 1u << 30, 1u << 31};
constexpr uint32_t all_tag_bits = 0xd00f0000;
static_assert((all_tag_bits & (hop_mark | divert_mark | 0xffff)) == 0 && (all_tag_bits & net::fib_mask) == 0);

/// The way of a packet through the rules. What a rule diverts leaves it there and, translated, goes on behind that rule:
/// `again`.
struct Path {
  bool out = false, again = false, sockets = true;  ///< whether the kernel tells a packet's socket there
  std::string_view name;  ///< in the names of its chains
};
constexpr std::array<Path, 2> paths{Path{false, false, true, "in"}, Path{true, false, false, "out"}};
/// What begins here has a way of its own out where rules ask for sockets.
constexpr Path own_path{true, false, true, "own"};
constexpr std::array<Path, 2> paths_again{Path{false, true, true, "in2"}, Path{true, true, false, "out2"}};

class Compiler {
 public:
  Compiler(const Ruleset& set, nft::Batch& batch) : set_(set), batch_(batch) {
    std::erase_if(set_.rules, [&set](const Kept& kept) { return set.is_off(kept.rule.set); });
    for (size_t at = 0; at < set_.rules.size(); ++at) {
      const Rule& rule = set_.rules[at].rule;
      if (rule.act == Act::skipto && rule.by_table) every_target(at);
      else if (rule.act == Act::skipto) targets_.insert(place(rule.argument));
      if (rule.hop && rule.hop->local && std::ranges::find(hops_, *rule.hop) == hops_.end()) hops_.push_back(*rule.hop);
      if (!translator(rule)) continue;
      diverts_.push_back(at);
      targets_.insert(at + 1);
    }
  }

  Result<Made> run() {
    if (!set_.switches.firewall) return std::move(made_);
    CB_CHECK(name_tags());
    for (const Path& path : paths) CB_CHECK(direction(path, 0));
    bool jails = std::ranges::any_of(set_.rules, [](const Kept& kept) { return asks_socket(kept.rule); });
    if (jails) CB_CHECK(direction(own_path, 0));
    if (!diverts_.empty())
      for (const Path& path : paths_again) CB_CHECK(direction(path, diverts_[0] + 1));
    hook("in", NF_INET_PRE_ROUTING, "filter", -110, "in.0");
    hook("forward", NF_INET_FORWARD, "filter", 90, "out.0");
    // Of this type a chain has packets with another mark take another way.
    bool leads = std::ranges::any_of(set_.rules, [](const Kept& kept) { return kept.rule.hop && !kept.rule.hop->local; });
    hook(leads ? "output.route" : "output", NF_INET_LOCAL_OUT, leads ? "route" : "filter", 90, jails ? "own.0" : "out.0");
    hook(std::string(nat_out), NF_INET_POST_ROUTING, "nat", 100, "");
    hook(std::string(nat_in), NF_INET_PRE_ROUTING, "nat", -100, "");
    if (!set_.nats.empty()) {
      hook(std::string(behind_in), NF_INET_PRE_ROUTING, "filter", -90, "");
      hook("behind.out", NF_INET_POST_ROUTING, "filter", 110, "");
    }
    for (const Nat& nat : set_.nats)
      if (!nat.diverted) translate(batch_, nat, marked(nat_mark | nat.number));
    for (size_t i = 0; i < hops_.size(); ++i) receive(batch_, hops_[i], marked(local_mark | static_cast<uint32_t>(i)));
    for (size_t i = 0; i < diverts_.size(); ++i) go_on(static_cast<uint32_t>(i));
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

  /// A table's value may be any number behind that of the rule.
  void every_target(size_t at) {
    for (size_t next = at + 1; next < set_.rules.size(); ++next)
      if (set_.rules[next].rule.number > set_.rules[next - 1].rule.number) targets_.insert(next);
    targets_.insert(set_.rules.size());
  }

  /// The rule at which a skipto goes on; behind the last: the default.
  size_t place(uint32_t number) const {
    return static_cast<size_t>(std::ranges::lower_bound(set_.rules, number, {}, [](const Kept& kept) { return kept.rule.number; }) - set_.rules.begin());
  }
  std::string segment(const Path& path, size_t at) const { return fmt::format("{}.{}", path.name, at); }

  /// What translates a packet that goes on behind the rule: what natd(8) keeps for a divert port, or an instance.
  const Nat* translator(const Rule& rule) const {
    if (rule.act != Act::divert && (rule.act != Act::nat || rule.by_table || set_.switches.one_pass)) return nullptr;
    auto found = std::ranges::find_if(set_.nats, [&rule](const Nat& nat) { return nat.is(rule.argument, rule.act == Act::divert); });
    return found == set_.nats.end() ? nullptr : &*found;
  }

  static Body marked(uint32_t mark) { return std::move(Body().load(NFT_META_MARK).mask(host32(~all_tag_bits)).is(host32(mark))); }

  /// What the `index`th of the rules that divert does, and the rules behind it.
  void go_on(uint32_t index) {
    size_t at = diverts_[index];
    Body mine = marked(divert_mark | index);
    translate(batch_, *translator(set_.rules[at].rule), mine);
    for (const Path& path : paths_again) rule(path.out ? "behind.out" : std::string(behind_in), std::move(Body(mine).go_to(segment(path, at + 1))));
  }

  void chain(const std::string& name) {
    batch_.add(nft::Chain{.name = name});
    made_.chains.push_back(name);
  }
  void rule(const std::string& chain, Body body) { batch_.append({.chain = chain, .body = std::move(body)}); }

  void hook(const std::string& name, uint32_t number, const std::string& type, int priority, const std::string& to) {
    batch_.add(nft::Chain{.name = name, .base = nft::Base{.type = type, .hook = number, .priority = priority}});
    made_.chains.push_back(name);
    if (number == NF_INET_LOCAL_OUT)
      rule(name, std::move(protocol(IPPROTO_TCP).load(nft::field::tcp_flags).mask(byte(4)).is(byte(4)).load(NFT_CT_MARK)
                               .is(host32(reset_mark)).accept()));
    // The rules are asked anew: what the packet was translated by on its way in counts no more.
    if (name == "forward") {
      Body was = std::move(Body().load(NFT_META_MARK).mask(host32(nat_mark_bits)).is(host32(nat_mark)));
      mark(was, all_tag_bits, 0);
      rule(name, std::move(was));
    }
    if (!to.empty()) rule(name, std::move(Body().go_to(to)));
  }

  /// From the rule at `begin` on.
  Result<> direction(const Path& path, size_t begin) {
    // Chains before the rules that lead to them.
    chain(segment(path, begin));
    for (size_t at : targets_)
      if (at > begin) chain(segment(path, at));
    std::string now = segment(path, begin);
    bool states_asked = false;
    for (size_t at = begin; at <= set_.rules.size(); ++at) {
      if (at > begin && targets_.contains(at)) {
        rule(now, std::move(Body().go_to(segment(path, at))));
        now = segment(path, at);
      }
      if (at == set_.rules.size()) break;
      const Rule& rule = set_.rules[at].rule;
      // Where no check-state comes first, the first rule that keeps states asks for them.
      bool asks = rule.act == Act::check_state || (rule.keeps_state && !states_asked);
      if (asks) check_states(now, path, at);
      states_asked |= asks;
      if (rule.act != Act::check_state) CB_CHECK(one(now, path, set_.rules[at]), "rule {}", rule.number);
    }
    rule(now, std::move(Body().count(counter_of(0)).drop()));
    return {};
  }

  void check_states(const std::string& now, const Path& path, size_t asking) {
    for (const Kept& kept : set_.rules) {
      if (!kept.rule.keeps_state) continue;
      std::string name = fmt::format("s.{}.{}.{}", path.name, asking, kept.id);
      chain(name);
      for (Body& tail : tails(kept, path)) rule(name, std::move(tail));
      rule(now, std::move(Body().load(NFT_CT_MARK).is(host32(state_mark | kept.id)).go_to(name)));
    }
  }

  /// A connection beyond the limit is dropped.
  void limit(Ways& out_list, const Kept& kept, const Path& path) {
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
      nft::Set set{.name = fmt::format("l{}.{}.{}", six ? 6 : 4, path.name, kept.id), .flags = NFT_SET_EVAL, .key_size = words * 4, .most = 65535};
      made_.sets.push_back(set.name);
      batch_.add(set);
      out_list.push_back(std::move(body.add_to({set.name}, NFT_DYNSET_OP_ADD, NFT_REG32_00, {}, 0, &each).drop()));
    }
  }

  void log(Ways& out_list, Body& first, const Kept& kept) const {
    const Rule& rule = kept.rule;
    if (!rule.log || !set_.switches.verbose) return;
    std::string prefix = fmt::format("ipfw: {} {} ", rule.number, rule.text.substr(0, rule.text.find(' ')));
    // A limit that is reached ends a list of expressions of its own, not what the rule does.
    if (auto limit = log_limit_of(kept)) out_list.push_back(std::move(Body().limit(limit->name).log(prefix)));
    else first.log(prefix);
  }

  void mark(Body& body, uint32_t kept_bits, uint32_t bits) const {
    body.load(NFT_META_MARK).mask(host32(kept_bits), host32(bits)).set(NFT_META_MARK);
  }

  /// What a rule does, one after the other, behind its tests.
  Ways tails(const Kept& kept, const Path& path) {
    const Rule& rule = kept.rule;
    Ways out_list;
    Body first;
    first.count(counter_of(kept.id));
    log(out_list, first, kept);
    if (rule.keeps_state) first.load_value(host32(state_mark | kept.id)).set(NFT_CT_MARK);
    if (rule.tag) mark(first, ~tags_.at(*rule.tag), tags_.at(*rule.tag));
    if (auto tag = rule.untag ? tags_.find(*rule.untag) : tags_.end(); tag != tags_.end()) mark(first, ~tag->second, 0);
    if (rule.by_table) by_table(out_list, std::move(first), kept, path);
    else act(out_list, std::move(first), kept, path);
    return out_list;
  }

  /// What a table's value says, as a map of its own for each way to that value.
  void by_table(Ways& out_list, Body first, const Kept& kept, const Path& path) {
    out_list.push_back(std::move(first));
    std::vector<nft::Element> elements = kept.rule.act == Act::skipto ? places_behind(kept.rule.number, path) : translations(kept, path);
    if (elements.empty()) return;
    for (Body& way : values_of(kept.rule, path.out)) {
      nft::Set map{.name = "__map%d", .id = batch_.next_id(), .flags = NFT_SET_ANONYMOUS | NFT_SET_CONSTANT, .key_size = 4, .data_type = NFT_DATA_VERDICT};
      if (kept.rule.act == Act::skipto) map.flags |= NFT_SET_INTERVAL;
      batch_.add(map);
      batch_.add(nft::SetRef{map.name, map.id}, elements);
      out_list.push_back(std::move(way.map({map.name, map.id}, value_register)));
    }
  }

  /// Where each number leads that is behind `number`.
  std::vector<nft::Element> places_behind(uint32_t number, const Path& path) const {
    std::vector<nft::Element> out;
    for (uint32_t low = number + 1; low <= last_number;) {
      size_t at = place(low);
      uint32_t high = at < set_.rules.size() ? set_.rules[at].rule.number : last_number;
      for (nft::Element& each : nft::range_of(be32(low), be32(high))) {
        if (!each.interval_end) each.verdict = nft::Verdict{NFT_GOTO, segment(path, at)};
        out.push_back(std::move(each));
      }
      low = high + 1;
    }
    return out;
  }

  std::vector<nft::Element> translations(const Kept& kept, const Path& path) {
    std::vector<nft::Element> out;
    for (const Nat& nat : set_.nats) {
      if (nat.diverted) continue;
      std::string name = fmt::format("n.{}.{}.{}", path.name, kept.id, nat.number);
      if (std::ranges::find(made_.chains, name) == made_.chains.end()) {
        chain(name);
        Body body;
        mark(body, all_tag_bits, nat_mark | nat.number);
        rule(name, std::move(body.accept()));
      }
      out.push_back({.key = be32(nat.number), .verdict = nft::Verdict{NFT_GOTO, name}});
    }
    return out;
  }

  void act(Ways& out_list, Body first, const Kept& kept, const Path& path) const {
    const Rule& rule = kept.rule;
    auto add = [&](Body body) { out_list.push_back(std::move(body)); };
    switch (rule.act) {
      case Act::allow: return add(std::move(first.accept()));
      case Act::deny: return add(std::move(first.drop()));
      case Act::count: return add(std::move(first));
      case Act::check_state: return;
      case Act::skipto: return add(std::move(first.go_to(segment(path, place(rule.argument)))));
      case Act::setfib:
        mark(first, all_tag_bits, rule.argument ? net::mark_of_fib(rule.argument) : 0);
        return add(std::move(first));
      case Act::nat:
        if (translator(rule)) return divert(out_list, std::move(first), kept, path);
        mark(first, all_tag_bits, nat_mark | rule.argument);
        return add(std::move(first.accept()));
      case Act::set_dscp:
        add(std::move(first));
        add(set_dscp(v4, rule.argument));
        return add(set_dscp(v6, rule.argument));
      case Act::forward: return forward(out_list, std::move(first), *rule.hop);
      case Act::divert: return divert(out_list, std::move(first), kept, path);
      case Act::reset:
      case Act::unreach:
      case Act::unreach6:
        add(std::move(first));
        // Where a packet has left its address already, the kernel can answer nothing any more.
        if (!path.out || !path.again) add(answer(rule));
        return add(std::move(Body().drop()));
    }
  }

  Body answer(const Rule& rule) const {
    auto unreachable = NFT_REJECT_ICMP_UNREACH;
    if (rule.act == Act::unreach || rule.act == Act::unreach6)
      return std::move(family(rule.act == Act::unreach ? v4 : v6).reject(unreachable, static_cast<uint8_t>(rule.argument)));
    // The answer belongs to the same connection: the mark lets it out past the rules.
    return std::move(protocol(IPPROTO_TCP).load_value(host32(reset_mark)).set(NFT_CT_MARK).reject(NFT_REJECT_TCP_RST));
  }

  void forward(Ways& out_list, Body first, const Hop& hop) const {
    auto place = static_cast<uint32_t>(std::ranges::find(hops_, hop) - hops_.begin());
    mark(first, all_tag_bits, hop.local ? local_mark | place : mark_of_hop(hop.ip));
    out_list.push_back(std::move(first.accept()));
  }

  /// What "fwd" can't do any more: a packet that is on its way out has its way, unless it begins here.
  static void leave_out(Ways& ways, const Hop& hop, const Path& path) {
    if (hop.local ? path.out || path.again : path.out && path.again) ways.clear();
    for (Body& way : ways) {
      Body body = family(hop.ip.v6 ? v6 : v4);
      if (path.out) body.load(NFT_META_IIF).is(host32(0));
      way = std::move(body.append(way));
    }
  }

  void divert(Ways& out_list, Body first, const Kept& kept, const Path& path) const {
    auto index = std::ranges::find_if(diverts_, [&](size_t at) { return set_.rules[at].id == kept.id; }) - diverts_.begin();
    if (static_cast<size_t>(index) == diverts_.size()) first.drop();  // nobody serves the port
    else if (!path.again) {
      mark(first, all_tag_bits, divert_mark | static_cast<uint32_t>(index));
      first.accept();
    }
    out_list.push_back(std::move(first));
  }

  static bool is_jail(const Match& match) { return match.test == Test::jail; }
  static bool asks_socket(const Rule& rule) {
    return std::ranges::any_of(rule.terms, [](const Term& term) { return std::ranges::any_of(term.any, is_jail); });
  }
  static Rule without_sockets(Rule rule) {
    for (Term& term : rule.terms) std::erase_if(term.any, is_jail);
    return rule;
  }

  Result<> one(const std::string& now, const Path& path, const Kept& kept) {
    CB_TRY(Ways ways, path.sockets || !asks_socket(kept.rule) ? ways_of(kept.rule, path.out, tags_) : ways_of(without_sockets(kept.rule), path.out, tags_));
    if (kept.rule.hop) leave_out(ways, *kept.rule.hop, path);
    if (ways.empty()) return {};
    Ways tail;
    if (kept.rule.limit) limit(tail, kept, path);
    std::ranges::move(tails(kept, path), std::back_inserter(tail));
    Body chance;
    if (kept.rule.probability < 1)
      chance.load_number(NFT_NG_RANDOM, 1000000).swap(4, 4)
          .compare(NFT_CMP_LT, be32(static_cast<uint32_t>(kept.rule.probability * 1000000)));
    if (ways.size() == 1 && tail.size() == 1) {
      rule(now, std::move(chance.append(ways[0]).append(tail[0])));
      return {};
    }
    // Tests that match in several ways, or several things to do: chains of their own, so that each is done once.
    std::string acts = fmt::format("a.{}.{}", path.name, kept.id), tests = fmt::format("t.{}.{}", path.name, kept.id);
    chain(acts);
    chain(tests);
    for (Body& each : tail) rule(acts, std::move(each));
    for (Body& way : ways) rule(tests, std::move(way.go_to(acts)));
    rule(now, std::move(chance.jump(tests)));
    return {};
  }

  Ruleset set_;
  nft::Batch& batch_;
  std::set<size_t> targets_;
  std::vector<Hop> hops_;  ///< to this machine
  std::vector<size_t> diverts_;  ///< the rules that divert to a port which is served
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
