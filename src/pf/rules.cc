// Filter rules, anchors and translations.
#include "base/text.hpp"
#include "pf/names.hpp"
#include "pf/reader.hpp"

namespace cellblock::pf {

Result<> Reader::refusal(Rule& rule) {
  rule.refusal = policy_;
  if (took("drop")) rule.refusal = Refusal::drop;
  else if (took("return")) rule.refusal = Refusal::any;
  else if (took("return-rst")) rule.refusal = Refusal::rst;
  else if (peek().is_word("return-icmp") || peek().is_word("return-icmp6")) {
    bool v6 = take().text == "return-icmp6";
    rule.refusal = Refusal::icmp;
    if (!took_mark("(")) return {};
    CB_TRY(std::string word, want_text());
    rule.refusal_code = icmp_code_of(word, v6 ? 1 : 3, v6);
    if (!rule.refusal_code) return fail(Why::invalid, "unknown icmp code {}", word);
    if (peek().is(",")) return unable("return-icmp with two codes");
    return want_mark(")");
  }
  return {};
}

Result<> Reader::interfaces(Wide& wide) {
  return list([&, this]() -> Result<> {
    Interface interface;
    interface.negated = took_mark("!");
    CB_TRY(interface.name, want_text());
    if (interface.name.size() > 15) return fail(Why::invalid, "interface name too long: {}", interface.name);
    wide.on.push_back(interface);
    return {};
  });
}

Result<> Reader::protocols(Wide& wide) {
  return list([&, this]() -> Result<> {
    CB_TRY(std::string word, want_text());
    auto number = protocol_of(word);
    if (!number) return fail(Why::invalid, "unknown protocol {}", word);
    wide.protocols.emplace_back(number);
    return {};
  });
}

Result<> Reader::head(Wide& wide) {
  Rule& rule = wide.rule;
  if (took("in")) rule.way = Way::in;
  else if (took("out")) rule.way = Way::out;
  if (took("log")) {
    rule.log = true;
    if (peek().is("(")) return unable("log with options");
  }
  if (took("quick")) rule.quick = true;
  if (took("on")) CB_CHECK(interfaces(wide));
  for (std::string_view route : {"route-to", "reply-to", "dup-to", "fastroute"})
    if (peek().is_word(route)) return unable(std::string(route));
  if (took("inet")) rule.family = Family::inet;
  else if (took("inet6")) rule.family = Family::inet6;
  if (took("proto")) CB_CHECK(protocols(wide));
  return from_to(wide);
}

Result<> Reader::from_to(Wide& wide) {
  if (took("all")) {
    wide.directed = true;
    return {};
  }
  wide.directed = peek().is_word("from") || peek().is_word("to");
  if (took("from")) CB_CHECK(peer(wide.from, wide.from_ports));
  if (peek().is_word("os")) return unable("os");
  if (took("to")) CB_CHECK(peer(wide.to, wide.to_ports));
  return {};
}

Result<> Reader::peer(std::vector<Address>& addresses, std::vector<Ports>& found) {
  if (!peek().is_word("port")) CB_CHECK(list([&, this] { return address(addresses); }));
  if (took("port")) return ports(found);
  return {};
}

Result<> Reader::address(std::vector<Address>& out) {
  if (took("any")) {
    out.emplace_back();
    return {};
  }
  bool negated = took_mark("!");
  if (peek().is_word("no-route") || peek().is_word("urpf-failed") || peek().is_word("route")) return unable(peek().text);
  if (took_mark("<")) {
    CB_TRY(std::string name, want_text());
    out.push_back({.kind = AddressKind::table, .negated = negated, .name = name});
    return want_mark(">");
  }
  if (took_mark("(")) return in_parentheses(out, negated);
  return plain_address(out, negated);
}

Result<> Reader::in_parentheses(std::vector<Address>& out, bool negated) {
  CB_TRY(std::string name, want_text());
  if (name.find(':') != name.npos) return unable("(" + name + ")");
  out.push_back({.kind = AddressKind::interface, .negated = negated, .name = name});
  return want_mark(")");
}

// An address, a network, or the addresses that an interface has now.
Result<> Reader::plain_address(std::vector<Address>& out, bool negated) {
  CB_TRY(std::string word, want_text());
  std::string whole = word;
  if (took_mark("/")) {
    CB_TRY(std::string length, want_text());
    whole += "/" + length;
  }
  if (auto prefix = net::parse_prefix(whole)) {
    out.push_back({AddressKind::network, negated, net::network_of(prefix->ip, prefix->length), prefix->length, {}});
    return {};
  }
  size_t colon = word.rfind(':');
  bool networks = colon != word.npos && word.substr(colon) == ":network";
  if (colon != word.npos && !networks) return unable(word);
  auto found = whole == word ? machine_.addresses(word.substr(0, colon), networks) : std::vector<TableEntry>{};
  if (found.empty()) return fail(Why::invalid, "no IP address found for {}", whole);
  for (const TableEntry& entry : found) out.push_back({AddressKind::network, negated, entry.ip, entry.length, {}});
  return {};
}

Result<> Reader::ports(std::vector<Ports>& out) {
  return list([&, this] { return port(out); });
}

Result<> Reader::port(std::vector<Ports>& out) {
  Ports ports{.test = PortTest::equal};
  constexpr std::pair<std::string_view, PortTest> tests[] = {{"=", PortTest::equal}, {"!=", PortTest::unequal}, {"<", PortTest::less},
                                                             {"<=", PortTest::at_most}, {">", PortTest::greater}, {">=", PortTest::at_least}};
  for (const auto& [mark, test] : tests)
    if (took_mark(mark)) {
      ports.test = test;
      break;
    }
  auto number = [this](std::string_view word) -> Result<uint16_t> {
    if (auto port = port_of(word)) return *port;
    return fail(Why::invalid, "unknown port {}", word);
  };
  CB_TRY(std::string word, want_text());
  std::string_view rest = word;
  CB_TRY(ports.first, number(take_part(rest, ':')));
  ports.last = ports.first;
  bool within = peek().is("><");
  if (word.find(':') != word.npos) {
    ports.test = PortTest::range;
    CB_TRY(ports.last, number(rest));
  } else if (within || peek().is("<>")) {
    take();
    ports.test = within ? PortTest::within : PortTest::outside;
    CB_TRY(std::string last, want_text());
    CB_TRY(ports.last, number(last));
  }
  out.push_back(ports);
  return {};
}

Result<> Reader::filter(Action action) {
  Wide wide;
  wide.rule.action = action;
  wide.rule.line = line_;
  if (action == Action::match) return unable("match");
  if (action == Action::block) CB_CHECK(refusal(wide.rule));
  CB_CHECK(head(wide));
  CB_CHECK(tail(wide));
  return finish(wide);
}

Result<> Reader::anchor() {
  Wide wide;
  wide.rule.action = Action::anchor;
  wide.rule.line = line_;
  CB_TRY(wide.rule.anchor, want_text());
  if (took_mark("/")) {  // without quotes: a word ends at '/'
    CB_TRY(std::string below, want_text());
    wide.rule.anchor += "/" + below;
  }
  if (wide.rule.anchor.size() > 100 || wide.rule.anchor.starts_with("/"))
    return fail(Why::invalid, "anchor name '{}' is too long or begins with a slash", wide.rule.anchor);
  CB_CHECK(head(wide));
  if (peek().is("{")) return unable("anchor with a body");
  return finish(wide);
}

// What comes from a network of the interface must come by it, what has its address may not come at all.
Result<> Reader::antispoof() {
  bool log = took("log"), quick = took("quick");
  if (!took("for")) return syntax_error();
  Wide interfaces_of;
  CB_CHECK(interfaces(interfaces_of));
  Family family = took("inet") ? Family::inet : took("inet6") ? Family::inet6 : Family::any;
  for (const Interface& interface : interfaces_of.on)
    for (bool networks : {true, false}) {
      Rule rule{.action = Action::block, .way = Way::in, .log = log, .quick = quick, .line = line_};
      if (networks) rule.on = {interface.name, true};
      for (const TableEntry& entry : machine_.addresses(interface.name, networks)) {
        rule.family = entry.ip.v6 ? Family::inet6 : Family::inet;
        if (family != Family::any && family != rule.family) continue;
        rule.from.address = {AddressKind::network, false, entry.ip, entry.length, {}};
        rules_->rules.push_back(rule);
      }
    }
  return {};
}

Result<> Reader::translation(const std::string& word, bool no) {
  Wide wide;
  Rule& rule = wide.rule;
  rule.action = word == "nat" ? Action::nat : Action::rdr;
  rule.no = no;
  rule.line = line_;
  rule.passes = took("pass");
  if (took("log")) return unable(word + " log");
  if (took("on")) CB_CHECK(interfaces(wide));
  if (took("inet")) rule.family = Family::inet;
  else if (took("inet6")) rule.family = Family::inet6;
  if (took("proto")) CB_CHECK(protocols(wide));
  CB_CHECK(from_to(wide));
  if (peek().is_word("tag") || peek().is_word("tagged")) return unable(peek().text);
  if (!no) CB_CHECK(translation_target(wide));
  return finish(wide);
}

Result<> Reader::translation_target(Wide& wide) {
  CB_CHECK(want_mark("->"));
  CB_CHECK(list([&, this] { return address(wide.targets); }));
  std::erase_if(wide.targets, [&wide](const Address& address) {
    bool other = address.kind == AddressKind::network && wide.rule.family != Family::any && address.ip.v6 != (wide.rule.family == Family::inet6);
    return other;
  });
  if (wide.targets.size() != 1) return unable("more than one address of translation");
  const Address& target = wide.targets[0];
  bool whole = target.kind == AddressKind::network && !target.negated;
  bool masquerade = target.kind == AddressKind::interface && wide.rule.action == Action::nat;
  if (!whole && !masquerade) return unable("this address of translation");
  if (took("port")) {
    CB_TRY(std::string word, want_text());
    std::string_view rest = word;
    auto first = port_of(take_part(rest, ':'));
    auto last = rest.empty() ? first : port_of(rest);
    if (!first || !last) return unable("port " + word);
    wide.rule.target_ports = {*first == *last ? PortTest::equal : PortTest::range, *first, *last};
  }
  while (!at_end()) {
    if (took("static-port")) wide.rule.static_port = true;
    else if (took("round-robin") || took("bitmask")) continue;
    else return unable(peek().text);
  }
  return {};
}

Result<> Reader::finish(Wide& wide) {
  Rule& rule = wide.rule;
  bool translates = rule.action == Action::nat || rule.action == Action::rdr;
  if (rule.action == Action::pass && !wide.stated) rule.state = State::keep;
  std::vector<Rule>& out = translates ? rules_->translations : rules_->rules;
  size_t before = out.size();
  if (!expand(wide, out)) return fail(Why::invalid, "rule expands to more than {} rules", max_expanded);
  if (out.size() == before) return fail(Why::invalid, "rule expands to no valid combination");
  return {};
}

}  // namespace cellblock::pf
