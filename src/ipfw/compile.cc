#include "ipfw/compile.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "base/text.hpp"
#include "ipfw/act.hpp"
#include "ipfw/states.hpp"
#include "ipfw/translate.hpp"

namespace cellblock::ipfw {
namespace {

using nft::be16;
using nft::be32;
using nft::Body;
using nft::byte;
using nft::host32;

class Compiler {
 public:
  Compiler(const Ruleset& set, nft::Batch& batch) : set_(set), batch_(batch) {
    std::erase_if(set_.rules, [&set](const Kept& kept) { return set.is_off(kept.rule.set); });
    for (size_t at = 0; at < set_.rules.size(); ++at) {
      const Rule& rule = set_.rules[at].rule;
      if (rule.act == Act::skipto && rule.by_table) every_target(at);
      else if (rule.act == Act::skipto) targets_.insert(place(rule.argument));
      if (rule.keeps_state && !ends_search(rule)) targets_.insert(at + 1);
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

  size_t place(uint32_t number) const { return place_of(set_.rules, number); }
  std::string segment(const Path& path, size_t at) const { return fmt::format("{}.{}", path.name, at); }

  /// What translates a packet that goes on behind the rule: what natd(8) keeps for a divert port, or an instance.
  const Nat* translator(const Rule& rule) const {
    if (rule.act != Act::divert && (rule.act != Act::nat || rule.by_table || set_.switches.one_pass)) return nullptr;
    return instance(rule);
  }
  const Nat* instance(const Rule& rule) const {
    auto found = std::ranges::find_if(set_.nats, [&rule](const Nat& nat) { return nat.is(rule.argument, rule.act == Act::divert); });
    return found == set_.nats.end() ? nullptr : &*found;
  }

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
    std::set<size_t> entries{begin};
    if (path.again)
      for (size_t at : diverts_) entries.insert(at + 1);
    std::vector<bool> asks = askers(set_.rules, begin, entries);
    for (size_t at = begin; at <= set_.rules.size(); ++at) {
      if (at > begin && targets_.contains(at)) {
        rule(now, std::move(Body().go_to(segment(path, at))));
        now = segment(path, at);
      }
      if (at == set_.rules.size()) break;
      const Rule& rule = set_.rules[at].rule;
      if (asks[at]) check_states(now, path, at);
      if (rule.act != Act::check_state) CB_CHECK(one(now, path, set_.rules[at]), "rule {}", rule.number);
    }
    rule(now, std::move(Body().count(counter_of(0)).drop()));
    return {};
  }

  /// A packet of a connection that has the state of a rule goes on with what that rule does.
  void check_states(const std::string& now, const Path& path, size_t asking) {
    std::vector<nft::Element> ways;
    for (size_t at = 0; at < set_.rules.size(); ++at)
      if (asks_for(set_.rules[asking].rule, set_.rules[at].rule))
        ways.push_back({.key = host32(state_mark | set_.rules[at].id), .verdict = state_way(path, asking, at)});
    if (ways.empty()) return;
    nft::Set map = verdict_map();
    batch_.add(map);
    batch_.add(nft::SetRef{map.name, map.id}, ways);
    rule(now, std::move(no_error().load(NFT_CT_MARK).map({map.name, map.id})));
  }

  /// What does not end the search goes on behind the rule; where that stands before the one that asks, behind this one.
  nft::Verdict state_way(const Path& path, size_t asking, size_t at) {
    const Kept& kept = set_.rules[at];
    bool skips = kept.rule.act == Act::skipto && !kept.rule.by_table;
    bool comes_back = at < asking && (skips ? place(kept.rule.argument) <= asking : goes_on(kept.rule, path));
    std::string name = comes_back ? fmt::format("s.{}.{}.{}", path.name, asking, kept.id) : fmt::format("s.{}.{}", path.name, kept.id);
    if (state_chains_.insert(name).second) {
      chain(name);
      for (Body& tail : tails(kept, path, comes_back ? asking + 1 : 0)) rule(name, std::move(tail));
      if (!comes_back && goes_on(kept.rule, path)) rule(name, std::move(Body().go_to(segment(path, at + 1))));
    }
    return {comes_back ? NFT_JUMP : NFT_GOTO, name};
  }
  bool goes_on(const Rule& rule, const Path& path) const { return !ends_search(rule) || (path.again && translator(rule)); }

  nft::Set verdict_map() { return {.name = "__map%d", .id = batch_.next_id(), .flags = NFT_SET_ANONYMOUS | NFT_SET_CONSTANT, .key_size = 4, .data_type = NFT_DATA_VERDICT}; }

  void log(Ways& out_list, Body& first, const Kept& kept) const {
    const Rule& rule = kept.rule;
    if (!rule.log || !set_.switches.verbose) return;
    std::string prefix = fmt::format("ipfw: {} {} ", rule.number, rule.text.substr(0, rule.text.find(' ')));
    // A limit that is reached ends a list of expressions of its own, not what the rule does.
    if (auto limit = log_limit_of(kept)) out_list.push_back(std::move(Body().limit(limit->name).log(prefix)));
    else first.log(prefix);
  }

  /// What a rule does, one after the other, behind its tests.
  /// It skips only to rules from `least` on.
  Ways tails(const Kept& kept, const Path& path, size_t least = 0, bool is_new = false) {
    const Rule& rule = kept.rule;
    Ways out_list;
    Body first;
    first.count(counter_of(kept.id));
    log(out_list, first, kept);
    if (is_new && rule.keeps_state && !takes_errors(rule)) keep_state(first, kept);
    if (rule.tag) mark(first, ~tags_.at(*rule.tag), tags_.at(*rule.tag));
    if (auto tag = rule.untag ? tags_.find(*rule.untag) : tags_.end(); tag != tags_.end()) mark(first, ~tag->second, 0);
    if (rule.by_table) by_table(out_list, std::move(first), kept, path, least);
    else act(out_list, std::move(first), kept, path, least);
    return out_list;
  }

  /// What a table's value says, as a map of its own for each way to that value.
  void by_table(Ways& out_list, Body first, const Kept& kept, const Path& path, size_t least) {
    out_list.push_back(std::move(first));
    bool skips = kept.rule.act == Act::skipto;
    std::vector<nft::Element> elements = skips ? places_behind(kept.rule.number, path, least) : translations(kept, path);
    Ways ways = values_of(kept.rule, path.out);
    for (const Body& way : ways) {
      if (elements.empty()) break;
      nft::Set map = verdict_map();
      if (skips) map.flags |= NFT_SET_INTERVAL;
      batch_.add(map);
      batch_.add(nft::SetRef{map.name, map.id}, elements);
      out_list.push_back(std::move(Body(way).map({map.name, map.id}, value_register)));
    }
    // A value that is no instance of NAT.
    for (Body& way : ways)
      if (!skips) out_list.push_back(std::move(way.drop()));
  }

  /// Where each number leads that is behind `number`.
  std::vector<nft::Element> places_behind(uint32_t number, const Path& path, size_t least) const {
    std::vector<nft::Element> out;
    for (uint32_t low = number + 1; low <= last_number;) {
      size_t at = place(low);
      uint32_t high = at < set_.rules.size() ? set_.rules[at].rule.number : last_number;
      for (nft::Element& each : nft::range_of(be32(low), be32(high))) {
        if (at < least) continue;
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

  void act(Ways& out_list, Body first, const Kept& kept, const Path& path, size_t least) const {
    const Rule& rule = kept.rule;
    auto add = [&](Body body) { out_list.push_back(std::move(body)); };
    switch (rule.act) {
      case Act::allow: return add(std::move(first.accept()));
      case Act::deny: return add(std::move(first.drop()));
      case Act::count: return add(std::move(first));
      case Act::check_state: return;
      case Act::skipto: return add(std::move(place(rule.argument) < least ? first : first.go_to(segment(path, place(rule.argument)))));
      case Act::setfib:
        mark(first, all_tag_bits, rule.argument ? net::mark_of_fib(rule.argument) : 0);
        return add(std::move(first));
      case Act::nat:
        if (translator(rule)) return divert(out_list, std::move(first), kept, path);
        if (!instance(rule)) return add(std::move(first.drop()));
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

  void forward(Ways& out_list, Body first, const Hop& hop) const {
    auto place = static_cast<uint32_t>(std::ranges::find(hops_, hop) - hops_.begin());
    mark(first, all_tag_bits, hop.local ? local_mark | place : mark_of_hop(hop.ip));
    out_list.push_back(std::move(first.accept()));
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

  void limits(Ways& out_list, const Kept& kept, const Path& path) {
    for (bool six : {false, true}) {
      auto [set, body] = limit(kept, path, six);
      made_.sets.push_back(set.name);
      batch_.add(set);
      out_list.push_back(std::move(body));
    }
  }

  Result<> one(const std::string& now, const Path& path, const Kept& kept) {
    CB_TRY(Ways ways, path.sockets || !asks_socket(kept.rule) ? ways_of(kept.rule, path.out, tags_) : ways_of(without_sockets(kept.rule), path.out, tags_));
    if (kept.rule.hop) leave_out(ways, *kept.rule.hop, path);
    if (ways.empty()) return {};
    Ways tail;
    if (kept.rule.limit) limits(tail, kept, path);
    if (kept.rule.keeps_state && takes_errors(kept.rule)) keep_state(tail.emplace_back(no_error()), kept);
    std::ranges::move(tails(kept, path, 0, true), std::back_inserter(tail));
    Body chance;
    if (kept.rule.probability < 1)
      chance.load_number(NFT_NG_RANDOM, INT32_MAX).swap(4, 4).compare(NFT_CMP_LT, be32(static_cast<uint32_t>(kept.rule.probability * INT32_MAX)));
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
  std::set<std::string> state_chains_;
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
