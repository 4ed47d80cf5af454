// One line with lists -> rules, nested as pf nests them: interfaces outermost, then protocols, ICMP types, sources,
// destinations. Combinations that contradict each other are left out.
#include <netinet/in.h>

#include <algorithm>

#include "pf/names.hpp"
#include "pf/reader.hpp"

namespace cellblock::pf {
namespace {

template <class T>
std::vector<T> or_default(const std::vector<T>& list) {
  return list.empty() ? std::vector<T>{T{}} : list;
}

bool fits(const Address& address, Family& family) {
  if (address.kind != AddressKind::network) return true;
  Family of = address.ip.v6 ? Family::inet6 : Family::inet;
  if (family == Family::any) family = of;
  return family == of;
}

/// ICMP is of one family. Flags are asked of TCP alone.
bool fits_protocol(Rule& rule) {
  uint8_t protocol = rule.protocol.value_or(0);
  if (protocol != 0 && protocol != IPPROTO_TCP) rule.flags.reset();
  if (protocol != IPPROTO_ICMP && protocol != IPPROTO_ICMPV6) return true;
  Family family = protocol == IPPROTO_ICMP ? Family::inet : Family::inet6;
  if (rule.family == Family::any) rule.family = family;
  return rule.family == family;
}

/// pf's own: a rule that keeps state takes the first packet of a connection alone, unless it says otherwise.
void complete(const Wide& wide, Rule& rule) {
  bool tcp = !rule.protocol || *rule.protocol == IPPROTO_TCP;
  if (rule.action == Action::pass && rule.state != State::none && tcp && !rule.flags && !wide.flags_any) rule.flags = TcpFlags{0x02, 0x12};
}

std::string text_of(const Peer& peer, bool v6) {
  if (peer.address.kind == AddressKind::network) {
    std::string length = peer.address.length == (v6 ? 128 : 32) ? "" : fmt::format("/{}", peer.address.length);
    return peer.address.ip.text() + length;
  }
  return peer.address.is_any() ? "any" : peer.address.name;
}

/// The macros of a label: $if, $srcaddr ...
void fill_in(std::string& label, const Rule& rule, size_t number) {
  if (label.find('$') == label.npos) return;
  bool v6 = rule.family == Family::inet6;
  auto port = [](const Ports& ports) { return ports.test == PortTest::any ? "" : std::to_string(ports.first); };
  const std::pair<std::string_view, std::string> words[] = {
      {"$if", rule.on.name},     {"$srcaddr", text_of(rule.from, v6)},   {"$dstaddr", text_of(rule.to, v6)}, {"$srcport", port(rule.from.ports)},
      {"$dstport", port(rule.to.ports)}, {"$proto", rule.protocol ? protocol_name(*rule.protocol) : ""}, {"$nr", std::to_string(number)}};
  for (const auto& [word, value] : words)
    for (size_t at = 0; (at = label.find(word, at)) != label.npos; at += value.size()) label.replace(at, word.size(), value);
}

class Expansion {
 public:
  Expansion(const Wide& wide, std::vector<Rule>& out) : wide_(wide), out_(out) {}

  bool run() {
    Rule rule = wide_.rule;
    for (const Interface& interface : or_default(wide_.on))
      for (const auto& protocol : or_default(wide_.protocols)) {
        rule.on = interface;
        rule.protocol = protocol;
        if (!types(rule)) return false;
      }
    return true;
  }

 private:
  bool types(Rule& rule) {
    if (wide_.icmp.empty()) return sources(rule);
    for (const auto& [type, code] : wide_.icmp) {
      rule.icmp_type = type;
      rule.icmp_code = code;
      if (!sources(rule)) return false;
    }
    return true;
  }

  bool sources(Rule& rule) {
    for (const Address& from : or_default(wide_.from))
      for (const Ports& ports : or_default(wide_.from_ports)) {
        rule.from = {from, ports};
        if (!destinations(rule)) return false;
      }
    return true;
  }

  bool destinations(Rule& rule) {
    for (const Address& to : or_default(wide_.to))
      for (const Ports& ports : or_default(wide_.to_ports)) {
        rule.to = {to, ports};
        if (!owners(rule)) return false;
      }
    return true;
  }

  bool owners(Rule& rule) {
    for (size_t user = 0; user < std::max<size_t>(1, wide_.users.size()); ++user)
      for (size_t group = 0; group < std::max<size_t>(1, wide_.groups.size()); ++group) {
        if (!wide_.users.empty()) rule.user = wide_.users[user];
        if (!wide_.groups.empty()) rule.group = wide_.groups[group];
        if (!add(rule)) return false;
      }
    return true;
  }

  bool add(Rule rule) {
    if (++tried_ > max_expanded || out_.size() >= max_expanded) return false;
    bool good = fits(rule.from.address, rule.family) && fits(rule.to.address, rule.family);
    for (const Address& target : rule.targets) good = good && fits(target, rule.family);
    if (!good || !fits_protocol(rule)) return true;
    complete(wide_, rule);
    fill_in(rule.label, rule, out_.size());
    out_.push_back(std::move(rule));
    return true;
  }

  const Wide& wide_;
  std::vector<Rule>& out_;
  size_t tried_ = 0;
};

}  // namespace

// Addresses of translation of both families are those of two rules.
bool expand(const Wide& wide, std::vector<Rule>& out) {
  std::vector<Address> all = wide.rule.targets;
  auto is_v6 = [](const Address& address) { return address.kind == AddressKind::network && address.ip.v6; };
  size_t v6 = static_cast<size_t>(std::ranges::count_if(all, is_v6));
  if (v6 == 0 || v6 == all.size()) return Expansion(wide, out).run();
  for (bool six : {false, true}) {
    Wide part(wide);
    std::erase_if(part.rule.targets, [&](const Address& address) { return is_v6(address) != six; });
    if (part.rule.targets.size() == 1 && part.rule.choice == Choice::round_robin) part.rule.choice = Choice::none;
    if (!Expansion(part, out).run()) return false;
  }
  return true;
}

}  // namespace cellblock::pf
