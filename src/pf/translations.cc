// Translations, scrub, and what every rule ends with.
#include <netinet/in.h>

#include <algorithm>

#include "base/text.hpp"
#include "pf/names.hpp"
#include "pf/reader.hpp"

namespace cellblock::pf {

Result<> Reader::translation(const std::string& word, bool no) {
  Wide wide;
  Rule& rule = wide.rule;
  rule.action = word == "nat" ? Action::nat : word == "rdr" ? Action::rdr : Action::binat;
  rule.no = no;
  rule.line = line_;
  rule.passes = took("pass");
  if (rule.passes && no) return syntax_error();
  rule.log = took("log");
  if (peek().is("(")) return unable("log with options");
  if (took("on")) CB_CHECK(interfaces(wide));
  if (took("inet")) rule.family = Family::inet;
  else if (took("inet6")) rule.family = Family::inet6;
  if (took("proto")) CB_CHECK(protocols(wide));
  CB_CHECK(from_to(wide));
  while (peek().is_word("tag") || peek().is_word("tagged") || peek().is("!")) {
    std::string tag = take().text;
    CB_CHECK(tags(rule, tag));
  }
  if (!no) CB_CHECK(translation_target(wide));
  if (rule.action == Action::binat && !no) {
    bool plain = wide.from.size() == 1 && wide.from[0].kind == AddressKind::network && !wide.from[0].negated && rule.targets.size() == 1 &&
                 rule.targets[0].kind == AddressKind::network && rule.targets[0].length == wide.from[0].length &&
                 rule.targets[0].ip.v6 == wide.from[0].ip.v6;
    if (!plain) return fail(Why::invalid, "binat ip versions or masks must match");
  }
  return finish(wide);
}

Result<> Reader::translation_target(Wide& wide) {
  Rule& rule = wide.rule;
  CB_CHECK(want_mark("->"));
  CB_CHECK(list([&, this] { return address(rule.targets); }));
  if (rule.family != Family::any)
    std::erase_if(rule.targets, [&rule](const Address& address) {
      return address.kind == AddressKind::network && address.ip.v6 != (rule.family == Family::inet6);
    });
  if (rule.targets.empty()) return fail(Why::invalid, "no address of translation of that family");
  for (const Address& target : rule.targets) {
    bool own = target.kind == AddressKind::interface && rule.targets.size() == 1;
    if (target.negated || !(own || target.kind == AddressKind::network)) return unable("this address of translation");
    std::string interface = target.name.substr(0, target.name.find(':'));
    bool first = interface == target.name || target.name.ends_with(":0");
    if (own && (!first || wide.on.size() != 1 || wide.on[0].negated || wide.on[0].name != interface || rule.action == Action::binat))
      return unable(fmt::format("-> ({}) without on {}", target.name, interface));
  }
  return translation_rest(wide);
}

Result<> Reader::translation_rest(Wide& wide) {
  Rule& rule = wide.rule;
  if (took("port")) CB_CHECK(target_ports(wide));
  CB_CHECK(choice(rule));
  CB_CHECK(possible(rule));
  if (rule.static_port && rule.action != Action::nat) return fail(Why::invalid, "the 'static-port' option is only valid with nat rules");
  if (rule.targets[0].kind == AddressKind::interface) {
    bool can = rule.choice != Choice::source_hash && rule.choice != Choice::bitmask;
    if (!can) return unable(fmt::format("source-hash or bitmask of ({})", rule.targets[0].name));
    rule.choice = Choice::none;
  } else if (rule.targets.size() > 1 && rule.choice == Choice::none) {
    rule.choice = Choice::round_robin;
  }
  return {};
}

// Of rdr each port of a range has its place in the range that it is led to: both are of one size.
Result<> Reader::target_ports(Wide& wide) {
  Rule& rule = wide.rule;
  CB_TRY(std::string word, want_text());
  auto size = [](const Ports& ports) { return ports.test == PortTest::range ? ports.last - ports.first : 0; };
  std::string_view rest = word;
  auto first = port_of(take_part(rest, ':'));
  auto last = rest.empty() ? first : port_of(rest);
  if (first && rest == "*") {
    if (rule.action != Action::rdr || wide.to_ports.size() != 1) return unable("port " + word);
    int end = *first + size(wide.to_ports[0]);
    last = end <= UINT16_MAX ? std::optional(static_cast<uint16_t>(end)) : std::nullopt;
  }
  if (!first || !last || *first > *last) return fail(Why::invalid, "unknown port {}", word);
  rule.target_ports = {*first == *last ? PortTest::equal : PortTest::range, *first, *last};
  if (rule.action != Action::rdr || rule.target_ports.test == PortTest::equal) return {};
  bool even = !wide.to_ports.empty() && std::ranges::all_of(wide.to_ports, [&](const Ports& ports) { return size(ports) == size(rule.target_ports); });
  return even ? Result<>{} : unable(fmt::format("rdr to ports {}:{} from another number of ports", *first, *last));
}

// Of each family there may be so many.
Result<> Reader::possible(const Rule& rule) const {
  size_t count[2] = {};
  for (const Address& target : rule.targets) {
    if (target.is_loopback() && rule.action == Action::rdr) return unable(fmt::format("rdr to {}", target.ip.text()));
    int bits = target.ip.bits() - target.length;
    count[target.ip.v6] += target.kind != AddressKind::network ? 0 : bits > 8 ? most_in_pool + 1 : size_t{1} << bits;
  }
  bool chosen = rule.targets.size() > 1 || (rule.choice != Choice::none && rule.choice != Choice::bitmask);
  if (chosen && std::max(count[0], count[1]) > most_in_pool) return unable(fmt::format("a choice among more than {} addresses", most_in_pool));
  return {};
}

Result<> Reader::choice(Rule& rule) {
  while (!at_end()) {
    if (took("static-port")) rule.static_port = true;
    else if (took("round-robin")) rule.choice = Choice::round_robin;
    else if (took("random")) rule.choice = Choice::random;
    else if (took("bitmask")) rule.choice = Choice::bitmask;
    else if (took("sticky-address")) rule.sticky = true;
    else if (!took("source-hash")) return syntax_error();
    else {
      rule.choice = Choice::source_hash;
      bool more = peek().is_word("static-port") || peek().is_word("sticky-address");
      if (!peek().is_text() || more) continue;
      CB_TRY(rule.hash_key, want_name("hash key", 64));
    }
  }
  bool free = rule.choice != Choice::source_hash && rule.choice != Choice::bitmask;
  return free || !rule.sticky ? Result<>{} : fail(Why::invalid, "'sticky-address' option can only be used with 'round-robin' or 'random'");
}

Result<> Reader::tags(Rule& rule, const std::string& word) {
  if (word == "!") {
    rule.tagged_negated = true;
    if (!took("tagged")) return syntax_error();
  }
  CB_TRY(std::string name, want_name("tag", 63));
  std::string& place = word == "tag" ? rule.tag : rule.tagged;
  if (!place.empty()) return fail(Why::invalid, "{} cannot be redefined", word == "tag" ? "tag" : "tagged");
  place = name;
  return {};
}

// What the kernel's connection tracking does already is taken; what nothing here does is refused.
Result<> Reader::scrub_word(Rule& rule, const std::string& word) {
  if (word == "no-df") rule.no_df = true;
  else if (word == "max-mss") {
    CB_TRY(uint32_t number, want_number());
    if (number == 0 || number > UINT16_MAX) return fail(Why::invalid, "illegal max-mss value {}", number);
    rule.max_mss = static_cast<uint16_t>(number);
  } else if (word == "min-ttl") {
    CB_TRY(uint32_t number, want_number());
    if (number == 0 || number > UINT8_MAX) return fail(Why::invalid, "illegal min-ttl value {}", number);
    rule.min_ttl = static_cast<uint8_t>(number);
  } else if (word == "fragment") {
    if (!took("reassemble")) return unable("fragment " + peek().text);
    rule.reassemble = true;
  } else if (word == "reassemble" || word == "random-id" || word == "set-tos") {
    return unable("scrub " + word);
  } else {
    return syntax_error();
  }
  return {};
}

Result<> Reader::scrub(bool no) {
  Wide wide;
  wide.rule.action = Action::scrub;
  wide.rule.no = no;
  wide.rule.line = line_;
  CB_CHECK(head(wide));
  if (wide.rule.log || wide.rule.quick) return unable(wide.rule.log ? "scrub log" : "scrub quick");
  CB_CHECK(scrub_words(wide.rule));
  return finish(wide);
}

Result<> Reader::scrub_words(Rule& rule) {
  bool in_brackets = took_mark("(");
  while (!at_end() && !peek().is(")")) {
    took_mark(",");
    CB_TRY(std::string word, want_text());
    CB_CHECK(scrub_word(rule, word));
  }
  return in_brackets ? want_mark(")") : Result<>{};
}

// What is asked of one protocol's header can't be asked of another's.
Result<> Reader::consistent(const Wide& wide) const {
  auto all = [&wide](std::initializer_list<uint8_t> of) {
    auto is_one = [&of](std::optional<uint8_t> protocol) { return std::ranges::find(of, protocol.value_or(0)) != of.end(); };
    return !wide.protocols.empty() && std::ranges::all_of(wide.protocols, is_one);
  };
  bool ports = !wide.from_ports.empty() || !wide.to_ports.empty() || (wide.rule.action == Action::rdr && wide.rule.target_ports.test != PortTest::any);
  if (ports && !all({IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP})) return fail(Why::invalid, "port only applies to tcp/udp/sctp");
  std::string_view icmp = wide.icmp6 ? "icmp6" : "icmp";
  if (!wide.icmp.empty() && !all({wide.icmp6 ? uint8_t{IPPROTO_ICMPV6} : uint8_t{IPPROTO_ICMP}}))
    return fail(Why::invalid, "{0}-type/code only applies to {0}", icmp);
  bool tcp = wide.protocols.empty() || std::ranges::find(wide.protocols, std::optional<uint8_t>(IPPROTO_TCP)) != wide.protocols.end();
  return wide.rule.flags && !tcp ? fail(Why::invalid, "flags only apply to tcp") : Result<>{};
}

Result<> Reader::finish(Wide& wide) {
  Rule& rule = wide.rule;
  if (rule.action == Action::pass && !wide.stated) rule.state = State::keep;
  // What matches and scrubs does nothing else here: it stands among the scrubs, and lets those behind it go on.
  if (wide.scrubs && (rule.log || rule.quick || !rule.tag.empty() || !rule.tagged.empty())) return unable("scrub with log, quick, tag or tagged");
  bool scrubs = rule.action == Action::scrub || wide.scrubs;
  std::vector<Rule>& out = translates(rule.action) ? rules_->translations : scrubs ? rules_->scrubs : rules_->rules;
  size_t before = out.size();
  bool owned = !wide.users.empty() || !wide.groups.empty();
  if (owned && rule.way != Way::out) return unable("user or group without out");
  if (rule.limits.any())
    if (rule.state == State::none) return fail(Why::invalid, "keep state on block or no state rules doesn't make sense");
  CB_CHECK(consistent(wide));
  if (!expand(wide, out)) return fail(Why::invalid, "rule expands to more than {} rules", max_expanded);
  if (out.size() == before) return fail(Why::invalid, "rule expands to no valid combination");
  for (size_t i = before; i < out.size(); ++i)
    for (const Address& address : {out[i].from.address, out[i].to.address}) {
      bool asks_route = address.kind == AddressKind::no_route || address.kind == AddressKind::urpf_failed;
      if (asks_route && (rule.way != Way::in)) return unable("no-route or urpf-failed without in");
    }
  return {};
}

}  // namespace cellblock::pf
