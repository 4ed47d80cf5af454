// Filter rules, anchors and translations.
#include <algorithm>

#include "base/text.hpp"
#include "pf/match.hpp"
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
    if (took_mark("(")) return refusal_codes(rule, v6);
  }
  return {};
}

// One code of the word's own family, or ICMP's and ICMPv6's.
Result<> Reader::refusal_codes(Rule& rule, bool v6) {
  auto code = [this](uint8_t& into, bool six) -> Result<> {
    CB_TRY(std::string word, want_text());
    auto found = icmp_code_of(word, six ? 1 : 3, six);
    if (!found) return fail(Why::invalid, "unknown {} code {}", six ? "icmp6" : "icmp", word);
    into = *found;
    return {};
  };
  CB_CHECK(code(v6 ? rule.refusal_codes.v6 : rule.refusal_codes.v4, v6));
  if (!v6 && took_mark(",")) CB_CHECK(code(rule.refusal_codes.v6, true));
  return want_mark(")");
}

Result<> Reader::interfaces(Wide& wide) {
  return list([&, this]() -> Result<> {
    Interface interface;
    interface.negated = took_mark("!");
    CB_TRY(interface.name, want_name("interface", 15));
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

/// In any order.
Result<> Reader::log_and_quick(Rule& rule) {
  for (;;) {
    if (took("quick")) rule.quick = true;
    else if (!took("log")) return {};
    else if (peek().is("(")) return unable("log with options");
    else rule.log = true;
  }
}

Result<> Reader::head(Wide& wide) {
  Rule& rule = wide.rule;
  if (took("in")) rule.way = Way::in;
  else if (took("out")) rule.way = Way::out;
  CB_CHECK(log_and_quick(rule));
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
  if (std::ranges::find(wide.to, AddressKind::urpf_failed, &Address::kind) != wide.to.end())
    return fail(Why::invalid, "urpf-failed is not permitted in a destination address");
  return {};
}

Result<> Reader::peer(std::vector<Address>& addresses, std::vector<Ports>& found) {
  if (!peek().is_word("port")) CB_CHECK(nested([&, this] { return address(addresses); }));
  if (took("port")) return ports(found);
  return {};
}

Result<> Reader::address(std::vector<Address>& out) {
  if (took("any")) {
    out.emplace_back();
    return {};
  }
  bool negated = took_mark("!");
  if (peek().is_word("no-route") || peek().is_word("urpf-failed")) {
    bool no_route = take().text == "no-route";
    out.push_back({.kind = no_route ? AddressKind::no_route : AddressKind::urpf_failed, .negated = negated, .ip = {}, .name = {}});
    return {};
  }
  if (peek().is_word("route")) return unable(peek().text);
  if (took_mark("<")) {
    CB_TRY(std::string name, want_name("table", 31));
    out.push_back({.kind = AddressKind::table, .negated = negated, .ip = {}, .name = name});
    return want_mark(">");
  }
  if (took_mark("(")) return in_parentheses(out, negated);
  return plain_address(out, negated);
}

Result<> Reader::in_parentheses(std::vector<Address>& out, bool negated) {
  CB_TRY(std::string name, want_name("interface", 26));
  if (!part_of(name)) return unable("(" + name + ")");
  out.push_back({.kind = AddressKind::interface, .negated = negated, .ip = {}, .name = name});
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
  if (auto prefix = parse_network(whole)) {
    if (peek().is_word("-")) return unable("a range of addresses");
    out.push_back({AddressKind::network, negated, net::network_of(prefix->ip, prefix->length), prefix->length, {}});
    return {};
  }
  auto part = part_of(word);
  if (!part && whole == word) return unable(word);
  auto found = whole == word ? machine_.addresses(word.substr(0, word.find(':')), *part) : std::vector<TableEntry>{};
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
  if (action == Action::block) CB_CHECK(refusal(wide.rule));
  CB_CHECK(head(wide));
  CB_CHECK(tail(wide));
  return finish(wide);
}

Result<> check_anchor(std::string_view name) {
  bool good = !name.empty() && name.size() <= 64 && !name.ends_with('/') && name.find("//") == name.npos &&
              std::ranges::all_of(name, [](unsigned char c) { return c >= ' ' && c != 0x7f && c != '*' && c != '|' && c != '"' && c != '\\'; });
  return good ? Result<>{} : fail(Why::invalid, "anchor name '{}' is empty, too long or has wrong characters", name);
}

Result<> Reader::anchor_name(std::string& name) {
  name = want_text().value_or("");
  while (took_mark("/")) {  // without quotes: a word ends at '/'
    CB_TRY(std::string below, want_text());
    name += "/" + below;
  }
  if (name == "*") return {};
  return check_anchor(std::string_view(name).substr(0, name.size() - (name.ends_with("/*") ? 2 : 0)));
}

Result<> Reader::anchor(Action action) {
  Wide wide;
  wide.rule.action = action;
  wide.rule.line = line_;
  bool named = peek().is_text();
  for (std::string_view word : {"in", "out", "log", "quick", "on", "inet", "inet6", "proto", "all", "from", "to"})
    if (peek().is_word(word)) named = false;
  if (named) CB_CHECK(anchor_name(wide.rule.anchor));
  CB_CHECK(head(wide));
  if (peek().is("{") && action == Action::anchor) return body(wide);
  if (wide.rule.anchor.empty()) return syntax_error();
  return finish(wide);
}

// The rules between braces are the anchor's: as if `pfctl -a` had loaded them, together with all others.
Result<> Reader::body(Wide& wide) {
  if (depth_ >= max_include_depth) return fail(Why::invalid, "anchors too deep");
  take();
  std::string& name = wide.rule.anchor;
  if (name.empty()) name = fmt::format("_{}", ++unnamed_);
  if (name.ends_with("*") || name.starts_with('/')) return fail(Why::invalid, "anchor '{}' can't have a body", name);
  CB_CHECK(finish(wide));
  Ruleset* outer = rules_;
  std::string path = anchor_;
  anchor_ = path.empty() ? name : path + "/" + name;
  rules_ = &out_.bodies[anchor_];
  ++depth_;
  Result<> done;
  while (done && !peek().is("}") && peek().kind != TokenKind::end) {
    line_ = peek().line;
    done = statement();
    if (done && !at_end()) done = syntax_error();
    if (done && peek().kind == TokenKind::newline) take();
  }
  --depth_;
  rules_ = outer;
  anchor_ = path;
  return done ? want_mark("}") : done;
}

Result<> Reader::load_anchor() {
  std::string name;
  if (!took("anchor")) return syntax_error();
  CB_CHECK(anchor_name(name));
  if (name.ends_with("*")) return fail(Why::invalid, "cannot load anchor '{}'", name);
  if (!took("from")) return syntax_error();
  CB_TRY(std::string file, want_text());
  out_.to_load.emplace_back(anchor_.empty() ? name : anchor_ + "/" + name, file);
  return {};
}

// What comes from a network of the interface must come by it, what has its address may not come at all (a loopback's
// own packets do).
Result<> Reader::antispoof() {
  Rule rule;
  rule.action = Action::block;
  rule.way = Way::in;
  rule.line = line_;
  CB_CHECK(log_and_quick(rule));
  if (!took("for")) return syntax_error();
  Wide of;
  CB_CHECK(interfaces(of));
  if (took("inet")) rule.family = Family::inet;
  else if (took("inet6")) rule.family = Family::inet6;
  if (took("label")) CB_CHECK(label(rule));
  for (const Interface& interface : of.on) {
    spoofed(rule, interface.name, Part::networks);
    if (kernel_name(interface.name) != "lo") spoofed(rule, interface.name, Part::hosts);
  }
  return {};
}

void Reader::spoofed(Rule rule, const std::string& interface, Part part) {
  Family family = rule.family;
  if (part == Part::networks) rule.on = {interface, true};
  for (const TableEntry& entry : machine_.addresses(interface, part)) {
    rule.family = entry.ip.v6 ? Family::inet6 : Family::inet;
    if (family != Family::any && family != rule.family) continue;
    rule.from.address = {AddressKind::network, false, entry.ip, entry.length, {}};
    rules_->rules.push_back(rule);
  }
}

}  // namespace cellblock::pf
