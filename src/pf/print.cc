#include "pf/print.hpp"

#include <fmt/format.h>
#include <netinet/in.h>

#include <iterator>

#include "pf/names.hpp"

namespace cellblock::pf {
namespace {

using Out = std::back_insert_iterator<std::string>;

std::string address_text(const Address& address) {
  std::string no = address.negated ? "! " : "";
  switch (address.kind) {
    case AddressKind::any: return "any";
    case AddressKind::network: return no + text_of(TableEntry{address.ip, address.length});
    case AddressKind::table: return no + "<" + address.name + ">";
    case AddressKind::interface: return no + "(" + address.name + ")";
    case AddressKind::no_route: return no + "no-route";
    case AddressKind::urpf_failed: return no + "urpf-failed";
  }
  return {};
}

std::string ports_text(const Ports& ports) {
  std::string first = port_name(ports.first), last = port_name(ports.last);
  switch (ports.test) {
    case PortTest::any: return "";
    case PortTest::equal: return " port = " + first;
    case PortTest::unequal: return " port != " + first;
    case PortTest::less: return " port < " + first;
    case PortTest::at_most: return " port <= " + first;
    case PortTest::greater: return " port > " + first;
    case PortTest::at_least: return " port >= " + first;
    case PortTest::range: return fmt::format(" port {}:{}", ports.first, ports.last);
    case PortTest::within: return fmt::format(" port {} >< {}", ports.first, ports.last);
    case PortTest::outside: return fmt::format(" port {} <> {}", ports.first, ports.last);
  }
  return {};
}

std::string_view word_of(Action action) {
  switch (action) {
    case Action::pass: return "pass";
    case Action::block: return "block";
    case Action::match: return "match";
    case Action::anchor: return "anchor";
    case Action::nat: return "nat";
    case Action::rdr: return "rdr";
    case Action::binat: return "binat";
    case Action::nat_anchor: return "nat-anchor";
    case Action::rdr_anchor: return "rdr-anchor";
    case Action::binat_anchor: return "binat-anchor";
    case Action::scrub: return "scrub";
  }
  return "";
}

std::string action_text(const Rule& rule) {
  if (is_anchor(rule.action)) return fmt::format("{} \"{}\"", word_of(rule.action), rule.anchor);
  if (rule.action != Action::block) return fmt::format("{}{}{}", rule.no ? "no " : "", word_of(rule.action), rule.passes ? " pass" : "");
  switch (rule.refusal) {
    case Refusal::drop: return "block drop";
    case Refusal::any: return "block return";
    case Refusal::rst: return "block return-rst";
    case Refusal::icmp: break;
  }
  std::string v4 = icmp_code_name(rule.refusal_codes.v4, 3, false), v6 = icmp_code_name(rule.refusal_codes.v6, 1, true);
  if (rule.family == Family::inet) return fmt::format("block return-icmp({})", v4);
  return rule.family == Family::inet6 ? fmt::format("block return-icmp6({})", v6) : fmt::format("block return-icmp({}, {})", v4, v6);
}

void put_from_to(const Rule& rule, Out out) {
  bool all = rule.from.address.is_any() && rule.to.address.is_any() && rule.from.ports.test == PortTest::any && rule.to.ports.test == PortTest::any;
  if (all) fmt::format_to(out, " all");
  else fmt::format_to(out, " from {}{} to {}{}", address_text(rule.from.address), ports_text(rule.from.ports), address_text(rule.to.address),
                      ports_text(rule.to.ports));
}

void put_limits(const StateLimits& limits, Out out) {
  if (!limits.any()) return;
  fmt::format_to(out, " (");
  if (limits.max) fmt::format_to(out, "max {}{}", limits.max, limits.by_source() ? ", " : "");
  if (limits.by_source()) fmt::format_to(out, "source-track rule");
  if (limits.source_states) fmt::format_to(out, ", max-src-states {}", limits.source_states);
  if (limits.connections) fmt::format_to(out, ", max-src-conn {}", limits.connections);
  if (limits.rate) fmt::format_to(out, ", max-src-conn-rate {}/{}", limits.rate, limits.seconds);
  if (!limits.overload.empty()) fmt::format_to(out, ", overload <{}>{}{}", limits.overload, limits.flush ? " flush" : "", limits.flush_global ? " global" : "");
  fmt::format_to(out, ")");
}

void put_state(const Rule& rule, Out out) {
  if (rule.action == Action::pass && rule.state == State::none) fmt::format_to(out, " no state");
  if (rule.state == State::keep) fmt::format_to(out, " keep state");
  put_limits(rule.limits, out);
  if (rule.probability) fmt::format_to(out, " probability {:.6g}%", *rule.probability / 4294967296.0 * 100);
}

void put_tail(const Rule& rule, Out out) {
  if (rule.user) fmt::format_to(out, " user = {}", *rule.user);
  if (rule.group) fmt::format_to(out, " group = {}", *rule.group);
  bool tcp = !rule.protocol || *rule.protocol == IPPROTO_TCP;
  if (rule.flags) fmt::format_to(out, " flags {}/{}", tcp_flag_letters(rule.flags->set), tcp_flag_letters(rule.flags->of));
  else if (rule.action == Action::pass && tcp && rule.state != State::none) fmt::format_to(out, " flags any");
  bool v6 = rule.protocol == IPPROTO_ICMPV6;
  if (rule.icmp_type) fmt::format_to(out, " {} {}", v6 ? "icmp6-type" : "icmp-type", icmp_type_name(*rule.icmp_type, v6));
  if (rule.icmp_code) fmt::format_to(out, " code {}", icmp_code_name(*rule.icmp_code, *rule.icmp_type, v6));
  put_state(rule, out);
  if (!rule.label.empty()) fmt::format_to(out, " label \"{}\"", rule.label);
}

void put_tags(const Rule& rule, Out out) {
  if (!rule.tag.empty()) fmt::format_to(out, " tag \"{}\"", rule.tag);
  if (!rule.tagged.empty()) fmt::format_to(out, "{} tagged \"{}\"", rule.tagged_negated ? " !" : "", rule.tagged);
}

std::string scrub_words(const Rule& rule) {
  std::string out;
  if (rule.no_df) out += " no-df";
  if (rule.min_ttl) out += fmt::format(" min-ttl {}", rule.min_ttl);
  if (rule.max_mss) out += fmt::format(" max-mss {}", rule.max_mss);
  return out;
}

std::string_view word_of(Choice choice) {
  switch (choice) {
    case Choice::none: return "";
    case Choice::round_robin: return " round-robin";
    case Choice::random: return " random";
    case Choice::source_hash: return " source-hash";
    case Choice::bitmask: return " bitmask";
  }
  return "";
}

void put_target(const Rule& rule, Out out) {
  fmt::format_to(out, " ->");
  if (rule.targets.size() == 1) fmt::format_to(out, " {}", address_text(rule.targets[0]));
  for (size_t i = 0; rule.targets.size() > 1 && i < rule.targets.size(); ++i)
    fmt::format_to(out, "{}{}", i == 0 ? " { " : ", ", address_text(rule.targets[i]));
  if (rule.targets.size() > 1) fmt::format_to(out, " }}");
  const Ports& ports = rule.target_ports;
  if (ports.test == PortTest::equal) fmt::format_to(out, " port {}", rule.action == Action::rdr ? port_name(ports.first) : std::to_string(ports.first));
  if (ports.test == PortTest::range) fmt::format_to(out, " port {}:{}", ports.first, ports.last);
  bool own = !rule.targets.empty() && rule.targets[0].kind == AddressKind::interface;
  fmt::format_to(out, "{}", own ? " round-robin" : word_of(rule.choice));
  if (!rule.hash_key.empty()) fmt::format_to(out, " {}", rule.hash_key);
  if (rule.sticky) fmt::format_to(out, " sticky-address");
  if (rule.static_port) fmt::format_to(out, " static-port");
}

}  // namespace

std::string text_of(const TableEntry& entry) {
  std::string no = entry.negated ? "!" : "";
  return entry.length == entry.ip.bits() ? no + entry.ip.text() : fmt::format("{}{}/{}", no, entry.ip.text(), entry.length);
}

std::string text_of(const Rule& rule) {
  std::string text = action_text(rule);
  Out out = std::back_inserter(text);
  if (rule.way != Way::both) text += rule.way == Way::in ? " in" : " out";
  if (rule.log) text += " log";
  if (rule.quick) text += " quick";
  if (!rule.on.name.empty()) fmt::format_to(out, " on {}{}", rule.on.negated ? "! " : "", rule.on.name);
  if (rule.family != Family::any) text += rule.family == Family::inet ? " inet" : " inet6";
  if (rule.protocol) fmt::format_to(out, " proto {}", protocol_name(*rule.protocol));
  put_from_to(rule, out);
  std::string scrubs = scrub_words(rule);
  if (rule.action == Action::scrub) text += scrubs + (rule.no ? "" : " fragment reassemble");
  else if (!translates(rule.action)) put_tail(rule, out);
  put_tags(rule, out);
  if (rule.action == Action::match && !scrubs.empty()) text += " scrub (" + scrubs.substr(1) + ")";
  if (translates(rule.action) && !is_anchor(rule.action) && !rule.no) put_target(rule, out);
  return text;
}

std::string text_of(const Table& table) {
  std::string out = fmt::format("table <{}>", table.name);
  if (table.persist) out += " persist";
  if (table.constant) out += " const";
  if (!table.given) return out;
  out += " {";
  for (const TableEntry& entry : table.entries) out += " " + text_of(entry);
  return out + " }";
}

std::string text_of(const Ruleset& rules) {
  std::string out;
  for (const std::string& name : rules.skipped) out += fmt::format("set skip on {{ {} }}\n", name);
  for (const auto& [name, seconds] : rules.timeouts) out += fmt::format("set timeout {} {}\n", name, seconds);
  for (const Table& table : rules.tables) out += text_of(table) + "\n";
  for (const auto* list : {&rules.scrubs, &rules.translations, &rules.rules})
    for (const Rule& rule : *list) out += text_of(rule) + "\n";
  return out;
}

}  // namespace cellblock::pf
