#include "pf/compile.hpp"

#include <netinet/in.h>

#include <algorithm>

#include "pf/compiler.hpp"

namespace cellblock::pf {
namespace {

constexpr Phase phases[] = {Phase::in, Phase::out, Phase::refuse};
constexpr std::string_view reject_log = "pf: block ", pass_log = "pf: pass ", match_log = "pf: match ";

/// All rules of a ruleset that can name a table.
template <class Each>
void each_rule(const Ruleset& rules, Each each) {
  for (const auto* list : {&rules.scrubs, &rules.translations, &rules.rules})
    for (const Rule& rule : *list) each(rule);
}

std::string table_of(const Address& address) { return address.kind == AddressKind::interface ? "(" + address.name + ")" : address.name; }

class Tables {
 public:
  Tables(const Whole& whole, const Machine& machine) : whole_(whole), machine_(machine) {}

  std::vector<WantedTable> run() {
    for (const auto& [anchor, kept] : whole_.rulesets)
      for (const Table& table : kept.rules.tables) want(anchor, table.name) = {anchor, table.name, false, table.given, table.entries};
    for (const auto& [anchor, kept] : whole_.rulesets)
      each_rule(kept.rules, [&, &name = anchor](const Rule& rule) {
        for (const Address* address : {&rule.from.address, &rule.to.address}) look(name, rule, *address);
        if (const std::string& table = rule.limits.overload; !table.empty()) want(whole_.home_of(name, table), table).filled_by_rules = true;
      });
    std::vector<WantedTable> out;
    for (auto& [key, table] : tables_) out.push_back(std::move(table));
    return out;
  }

 private:
  WantedTable& want(const std::string& anchor, const std::string& name) {
    WantedTable& table = tables_[{anchor, name}];
    table.anchor = anchor;
    table.name = name;
    return table;
  }

  void look(const std::string& anchor, const Rule& rule, const Address& address) {
    if (address.kind == AddressKind::table) want(whole_.home_of(anchor, address.name), address.name);
    if (address.kind != AddressKind::interface || is_own_address(rule, address)) return;
    WantedTable& table = want("", table_of(address));
    table.given = true;
    table.entries = machine_.addresses(address.name.substr(0, address.name.find(':')), part_of(address.name).value_or(Part::hosts));
  }

  const Whole& whole_;
  const Machine& machine_;
  std::map<std::pair<std::string, std::string>, WantedTable> tables_;
};

}  // namespace

std::vector<uint32_t> Kept::ids() const {
  std::vector<uint32_t> out;
  for (uint32_t id = first; id < first + filters(); ++id) out.push_back(id);
  for (size_t i = 0; i < rules.translations.size(); ++i) out.push_back(id_of_translation(i));
  return out;
}

const Timeouts& Whole::timeouts() const {
  static const Timeouts none;
  auto main = rulesets.find("");
  return main == rulesets.end() ? none : main->second.rules.timeouts;
}

std::string Whole::home_of(const std::string& anchor, const std::string& table) const {
  auto found = rulesets.find(anchor);
  bool own = found != rulesets.end() && std::ranges::find(found->second.rules.tables, table, &Table::name) != found->second.rules.tables.end();
  return own ? anchor : "";
}

// Each name in the anchor's place: a path, or all that lie directly below one.
std::vector<std::string> Whole::called(const std::string& from, const std::string& name) const {
  bool absolute = name.starts_with('/'), all = name == "*" || name.ends_with("/*");
  std::string path = all ? name.substr(0, name.size() - (name == "*" ? 1 : 2)) : name;
  if (absolute) path.erase(0, 1);
  else if (!from.empty()) path = path.empty() ? from : from + "/" + path;
  if (!all) return rulesets.contains(path) ? std::vector{path} : std::vector<std::string>{};
  std::vector<std::string> out;
  std::string below = path.empty() ? "" : path + "/";
  for (const auto& [anchor, kept] : rulesets)
    if (anchor.size() > below.size() && anchor.starts_with(below) && anchor.find('/', below.size()) == anchor.npos) out.push_back(anchor);
  return out;
}

std::vector<WantedTable> tables_of(const Whole& whole, const Machine& machine) { return Tables(whole, machine).run(); }

std::string counter_of(uint32_t id, bool in) { return fmt::format("{}{}", in ? "i" : "o", id); }
std::string chain_name(Phase phase, bool quick) { return fmt::format("{}{}", name_of(phase), quick ? ".quick" : ""); }

Compiler::Compiler(const Whole& whole, const std::vector<WantedTable>& tables, const Tags& tags, nft::Batch& batch)
    : whole_(whole), batch_(batch), tags_(tags) {
  for (const WantedTable& table : tables)
    if (table.filled_by_rules) filled_.insert({table.anchor, table.name});
  names_.sets = [this](const Address& address, bool v6) { return sets(address, v6); };
  names_.tag_bits = [this](const std::string& tag) { return tags_.bits_of(tag); };
}

SetNames Compiler::sets(const Address& address, bool v6) const {
  std::string table = table_of(address);
  std::string home = address.kind == AddressKind::interface ? "" : whole_.home_of(anchor_, table);
  return {set_name(home, table, v6 ? "6" : "4"), filled_.contains({home, table}) ? set_name(home, table, v6 ? "h6" : "h4") : ""};
}

Ways Compiler::ways(const Rule& rule, Phase phase, Chance chance) { return ways_of(rule, phase, names_, chance); }

std::string Compiler::chain(const std::string& name) {
  batch_.add(nft::Chain{.name = name, .base = {}, .userdata = {}});
  out_.chains.push_back(name);
  return name;
}

void Compiler::count(Body& body, uint32_t id, bool in) { body.count(counter_of(id, in)); }

Result<Compiled> Compiler::run() {
  // Chains before the rules that lead to them, wherever these stand.
  for (const auto& [anchor, kept] : whole_.rulesets) {
    anchor_ = anchor;
    for (Phase phase : phases)
      for (bool quick : {true, false}) chain(chain_of(chain_name(phase, quick)));
    for (std::string_view name : {"nat", "rdr", "untranslated"}) chain(chain_of(name));
    for (uint32_t id : kept.ids())
      for (bool in : {true, false}) out_.counters.push_back(counter_of(id, in));
  }
  entrance();
  for (const auto& [anchor, kept] : whole_.rulesets) {
    anchor_ = anchor;
    kept_ = &kept;
    for (Phase phase : phases)
      for (bool quick : {true, false}) CB_CHECK(filters(phase, quick));
    for (Action action : order_of_translations(false)) CB_CHECK(translations("nat", Phase::out, action));
    for (Action action : order_of_translations(true)) CB_CHECK(translations("rdr", Phase::in, action));
    CB_CHECK(untranslated());
    if (!anchor.empty() && !kept.rules.scrubs.empty()) return fail(Why::unsupported, "scrub in an anchor is not supported on Linux");
    for (Phase phase : {Phase::in, Phase::out}) CB_CHECK(scrubs(phase));
  }
  for (Phase phase : {Phase::in, Phase::out}) known(phase);  // behind the rules, which say whose states end
  return std::move(out_);
}

Result<> Compiler::filters(Phase phase, bool quick) {
  const std::vector<Rule>& rules = kept_->rules.rules;
  for (size_t i = 0; i < rules.size(); ++i) {
    size_t at = quick ? i : rules.size() - 1 - i;
    const Rule& rule = rules[at];
    bool other_way = rule.way != Way::both && (rule.way == Way::in) != (phase == Phase::in);
    bool asked = rule.action == Action::anchor || (rule.quick || rule.action == Action::match) == quick;
    if (other_way) continue;
    id_ = kept_->id_of_rule(at);
    for (const Rule& one : of_families(rule)) {
      if (asked) CB_CHECK(filter(one, phase, quick), "line {}", rule.line);
      else if (quick) tag(one, phase);
    }
  }
  return {};
}

Result<> Compiler::filter(const Rule& rule, Phase phase, bool quick) {
  if (rule.action == Action::anchor) {
    if (rule.quick && !quick) return {};  // its quick pass asks all
    if (quick) jump(rule, phase, chain_name(phase, true));
    if (rule.quick || !quick) jump(rule, phase, chain_name(phase, false));
    return {};
  }
  bool refusing = phase == Phase::refuse;
  if (refusing && rule.action == Action::match) return {};
  bool refuses = rule.action == Action::block && rule.refusal != Refusal::drop && !rule.probability;
  if (rule.limits.any() && !refusing) limits(rule, phase);
  Ways all = ways(rule, phase, refusing ? Chance::ignored : Chance::rolled);
  for (Body& body : all) {
    if (refusing && !refuses) {
      body.accept();  // left to the phase behind
      this->rule(chain_of(chain_name(phase, quick)), std::move(body));
    } else if (rule.action == Action::block) {
      CB_CHECK(block(rule, phase, body));
    } else {
      CB_CHECK(pass(rule, phase, std::move(body)));
    }
  }
  return {};
}

// Its tag stays with the packet whether or not the rule decides in the end.
void Compiler::tag(const Rule& rule, Phase phase) {
  Label label{.tags = tags_.set_by(id_, phase)};
  if (!label.tags || phase == Phase::refuse) return;
  for (Body& body : ways(rule, phase)) this->rule(chain_of(chain_name(phase, true)), std::move(body.load_value(label.bytes()).set(NFT_CT_LABELS)));
}

// Passes, or only notes (`match`).
Result<> Compiler::pass(const Rule& rule, Phase phase, Body body) {
  bool in = phase == Phase::in, decides = rule.action == Action::pass;
  if (rule.log) body.log(std::string(decides ? pass_log : match_log));
  count(body, id_, in);
  Label label{.tags = tags_.set_by(id_, phase)};
  if (rule.state == State::keep) (in ? label.in : label.out) = id_;
  bool labels = label.tags || rule.state == State::keep;
  if (labels) body.load_value(label.bytes()).set(NFT_CT_LABELS);
  if (decides) body.go_to(fmt::format("{}.{}", rule.state == State::keep ? "keep" : "pass", name_of(phase)));
  this->rule(chain_of(chain_name(phase, rule.quick || !decides)), std::move(body));
  return {};
}

Result<> Compiler::block(const Rule& rule, Phase phase, const Body& body) {
  bool in = phase == Phase::in;
  if (phase != Phase::out && rule.refusal != Refusal::drop) CB_CHECK(refuse(rule, phase, body));
  Body rest(body);
  if (phase == Phase::refuse) {
    rest.accept();
  } else {
    if (rule.log) rest.log(std::string(reject_log));
    count(rest, id_, in);
    rest.drop();
  }
  this->rule(chain_of(chain_name(phase, rule.quick)), std::move(rest));
  return {};
}

// The answer belongs to the connection that it refuses: a label lets it out past the rules. ICMP isn't answered by ICMP.
Result<> Compiler::refuse(const Rule& rule, Phase phase, const Body& body) {
  auto is = [&rule](uint8_t protocol) { return rule.protocol == protocol; };
  auto answer = [&](uint32_t flag, auto act) {
    bool tcp = flag == flag_refused;
    if (tcp ? rule.protocol && !is(IPPROTO_TCP) : is(IPPROTO_ICMP) || is(IPPROTO_ICMPV6)) return;
    Body one(body);
    one.load(NFT_META_L4PROTO);
    if (tcp) one.is(nft::byte(IPPROTO_TCP));
    else one.is_not(nft::byte(IPPROTO_ICMP)).is_not(nft::byte(IPPROTO_ICMPV6));
    if (rule.log) one.log(std::string(reject_log));
    count(one, id_, phase == Phase::in);
    act(one.load_value(Label{.flags = flag}.bytes()).set(NFT_CT_LABELS));
    this->rule(chain_of(chain_name(phase, rule.quick)), std::move(one));
  };
  auto reset = [](Body& one) { one.reject(NFT_REJECT_TCP_RST); };
  auto unreachable = [&rule](Body& one) {
    bool own = rule.refusal_codes != RefusalCodes{}, v6 = rule.family == Family::inet6;
    if (own) one.reject(NFT_REJECT_ICMP_UNREACH, v6 ? rule.refusal_codes.v6 : rule.refusal_codes.v4);
    else one.reject(NFT_REJECT_ICMPX_UNREACH, NFT_REJECT_ICMPX_PORT_UNREACH);
  };
  if (rule.refusal != Refusal::icmp) answer(flag_refused, reset);
  if (rule.refusal != Refusal::rst) answer(flag_unreachable, unreachable);
  return {};
}

void Compiler::jump(const Rule& rule, Phase phase, std::string_view to) {
  std::vector<std::string> anchors = called(rule.anchor);
  bool quick = to.ends_with(".quick");
  if (!quick) std::ranges::reverse(anchors);
  Ways all = ways(rule, phase);
  for (const std::string& anchor : anchors)
    for (const Body& body : all) {
      Body one(body);
      if (phase != Phase::refuse && quick) count(one, id_, phase == Phase::in);
      one.jump(anchor + "|" + std::string(to));
      this->rule(chain_of(chain_name(phase, quick || rule.quick)), std::move(one));
    }
}

// A connection beyond the limits is dropped and, where a rule says so, its source noted.
void Compiler::limits(const Rule& rule, Phase phase) {
  const StateLimits& wanted = rule.limits;
  auto above = [](uint32_t most) { return std::move(Body().connections(most, NFT_CONNLIMIT_F_INV)); };
  std::string v = rule.family == Family::inet6 ? "6" : "4", way = v + "." + std::string(name_of(phase));
  Body rate = Body().limit({.rate = wanted.rate, .unit = wanted.seconds, .burst = wanted.rate, .over = true});
  // States of a rule are its connections, counted once whichever way they take.
  if (wanted.max) limit(rule, phase, "m", above(wanted.max));
  if (wanted.source_states) limit(rule, phase, "s" + v, above(wanted.source_states));
  if (wanted.connections) limit(rule, phase, "c" + way, above(wanted.connections));
  if (wanted.rate) limit(rule, phase, "r" + way, rate);
}

void Compiler::limit(const Rule& rule, Phase phase, const std::string& what, const Body& each) {
  bool v6 = rule.family == Family::inet6, of_all = what == "m", noted = what[0] == 'c' || what[0] == 'r';
  std::string name = fmt::format("#{}{}", id_, what);
  uint64_t forget_ms = what[0] == 'r' ? rule.limits.seconds * uint64_t{1000} : 0;  // who was silent so long may have all again
  if (std::ranges::find(out_.sets, name) == out_.sets.end()) {
    uint32_t size = v6 && !of_all ? 16 : 4;
    batch_.add(nft::Set{.name = name, .flags = NFT_SET_EVAL, .key_type = of_all ? 0u : v6 ? 8u : 7u, .key_size = size, .timeout_ms = forget_ms, .most = 65535});
    out_.sets.push_back(name);
  }
  for (Body& body : ways(rule, phase)) {
    body.load(nft::Ct{NFT_CT_STATE, {}}).mask(nft::host32(8)).is_not(nft::host32(0));  // new
    if (of_all) body.load_value(nft::host32(0));
    else body.load(v6 ? nft::field::ip6_source : nft::field::ip_source);
    body.add_to({name}, forget_ms ? NFT_DYNSET_OP_UPDATE : NFT_DYNSET_OP_ADD, NFT_REG_1, {}, forget_ms, &each);
    if (const std::string& table = rule.limits.overload; noted && !table.empty()) {
      std::string hosts = set_name(whole_.home_of(anchor_, table), table, v6 ? "h6" : "h4");
      body.add_to({hosts}, NFT_DYNSET_OP_ADD, NFT_REG_1);
      if (rule.limits.flush) flushing_.insert({hosts, rule.limits.flush_global ? 0 : id_});
    }
    body.drop();
    this->rule(chain_of(chain_name(phase, rule.quick)), std::move(body));
  }
}

Result<Compiled> compile(const Whole& whole, const std::vector<WantedTable>& tables, nft::Batch& batch) {
  CB_TRY(Tags tags, Tags::of(whole));
  return Compiler(whole, tables, tags, batch).run();
}

}  // namespace cellblock::pf
