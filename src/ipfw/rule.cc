#include "ipfw/rule.hpp"

#include <netinet/in.h>

#include <array>
#include <cstdlib>

#include "base/text.hpp"

namespace cellblock::ipfw {
namespace {

struct Named {
  std::string_view name;
  uint32_t value;
};

constexpr std::array protocols{Named{"icmp", 1}, Named{"igmp", 2}, Named{"ipencap", 4}, Named{"tcp", 6}, Named{"udp", 17},
                               Named{"gre", 47}, Named{"esp", 50}, Named{"ah", 51}, Named{"ipv6-icmp", 58},
                               Named{"icmp6", 58}, Named{"ospf", 89}, Named{"carp", 112}, Named{"sctp", 132}};
constexpr std::array services{Named{"ftp-data", 20}, Named{"ftp", 21}, Named{"ssh", 22}, Named{"telnet", 23}, Named{"smtp", 25},
                              Named{"domain", 53}, Named{"http", 80}, Named{"pop3", 110}, Named{"ntp", 123}, Named{"imap", 143},
                              Named{"snmp", 161}, Named{"https", 443}};
constexpr std::array codes{Named{"net", 0}, Named{"host", 1}, Named{"protocol", 2}, Named{"port", 3}, Named{"needfrag", 4},
                           Named{"srcfail", 5}, Named{"net-unknown", 6}, Named{"host-unknown", 7}, Named{"isolated", 8},
                           Named{"net-prohib", 9}, Named{"host-prohib", 10}, Named{"tosnet", 11}, Named{"toshost", 12},
                           Named{"filter-prohib", 13}, Named{"host-precedence", 14}, Named{"precedence-cutoff", 15}};
constexpr std::array codes6{Named{"no-route", 0}, Named{"admin-prohib", 1}, Named{"address", 3}, Named{"port", 4}};
constexpr std::array tcp_flags{Named{"fin", 1}, Named{"syn", 2}, Named{"rst", 4}, Named{"psh", 8}, Named{"ack", 16}, Named{"urg", 32}};

// What FreeBSD has and this does not: said by name.
constexpr std::array lacking{"call", "return", "divert", "tee", "fwd", "forward", "pipe", "queue", "tag", "untag", "setdscp",
                             "setfib", "netgraph", "ngtee", "tablearg", "limit", "jail", "mac", "antispoof", "verrevpath", "versrcreach",
                             "iptos", "ipid", "ipoptions", "tcpoptions", "tcpseq", "tcpack", "tcpwin", "layer2", "bridged", "tagged",
                             "lookup", "flow", "dst-type", "sockarg", "set-limit", "record-state", "defer-action"};

std::optional<uint32_t> number_in(std::string_view text, uint32_t low, uint32_t high) {
  auto number = parse_int(text);
  if (!number || text[0] == '+' || *number < low || *number > high) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

std::optional<uint32_t> value_in(std::span<const Named> table, std::string_view name) {
  for (const Named& each : table)
    if (each.name == name) return each.value;
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(std::span<const std::string> words) : words_(words) {}

  Result<Rule> rule() {
    if (auto number = number_in(word(), 1, last_number - 1)) {
      rule_.number = *number;
      ++at_;
    } else if (parse_int(word())) {
      return fail(Why::invalid, "bad rule number ``{}''", word());
    }
    if (take("set")) {
      if (!number_in(word(), 0, 30)) return fail(Why::invalid, "invalid set {}", word());
      if (word() != "0") return fail(Why::unsupported, "set {}: not supported on this system", word());
      ++at_;
    }
    CB_CHECK(probability());
    CB_CHECK(action());
    if (rule_.act != Act::check_state) CB_CHECK(body());
    CB_CHECK(options());
    return std::move(rule_);
  }

 private:
  std::string_view word() const { return at_ < words_.size() ? std::string_view(words_[at_]) : std::string_view(); }
  bool take(std::string_view wanted) {
    if (word() != wanted || wanted.empty()) return false;
    ++at_;
    return true;
  }
  void say(std::string_view text) {
    if (!rule_.text.empty()) rule_.text += ' ';
    rule_.text += text;
  }
  tl::unexpected<Error> unknown(std::string_view what) {
    for (std::string_view each : lacking)
      if (each == word()) return fail(Why::unsupported, "{}: not supported on this system", each);
    return fail(Why::invalid, "{} ``{}''", what, word());
  }

  Result<> probability() {
    if (!take("prob")) return {};
    std::string text(word());
    char* end = nullptr;
    rule_.probability = std::strtod(text.c_str(), &end);
    if (text.empty() || *end || !(rule_.probability > 0) || rule_.probability > 1) return fail(Why::invalid, "illegal match prob. {}", text);
    ++at_;
    say(fmt::format("prob {:f}", rule_.probability));
    return {};
  }

  Result<> action() {
    if (take("allow") || take("accept") || take("pass") || take("permit")) return act(Act::allow, "allow");
    if (take("deny") || take("drop")) return act(Act::deny, "deny");
    if (take("reject")) return act(Act::unreach, "reject", 1);
    if (take("reset")) return act(Act::reset, "reset");
    if (take("count")) return act(Act::count, "count");
    if (take("check-state")) {
      if (word().starts_with(":")) ++at_;
      return act(Act::check_state, "check-state :default");
    }
    if (take("unreach")) return code(Act::unreach, "unreach", codes, 255);
    if (take("unreach6")) return code(Act::unreach6, "unreach6", codes6, 255);
    if (take("skipto")) return code(Act::skipto, "skipto", {}, last_number);
    if (take("nat")) return code(Act::nat, "nat", {}, last_number);
    return unknown("invalid action");
  }
  Result<> act(Act act, std::string_view text, uint32_t argument = 0) {
    rule_.act = act;
    rule_.argument = argument;
    say(text);
    if (take("log")) {
      rule_.log = true;
      say("log");
      if (word() == "logamount") return fail(Why::unsupported, "logamount: not supported on this system");
    }
    return {};
  }
  Result<> code(Act which, std::string_view text, std::span<const Named> names, uint32_t most) {
    auto value = value_in(names, word());
    if (!value) value = number_in(word(), names.empty() ? 1 : 0, most);
    if (!value) return fail(Why::invalid, "{}: bad argument ``{}''", text, word());
    std::string shown = fmt::format("{} {}", text, words_[at_]);
    ++at_;
    return act(which, shown, *value);
  }

  Result<> body() {
    if (at_ >= words_.size()) return fail(Why::invalid, "missing protocol");
    CB_CHECK(protocol());
    if (!take("from")) return fail(Why::invalid, "missing ``from''");
    say("from");
    CB_CHECK(side(Test::source));
    if (!take("to")) return fail(Why::invalid, "missing ``to''");
    say("to");
    return side(Test::destination);
  }

  Result<> protocol() {
    CB_TRY(Term term, group([this](Term& out) { return one_protocol(out); }));
    put(std::move(term));
    return {};
  }
  Result<> one_protocol(Term& out) {
    std::string_view name = word();
    if (name == "ip" || name == "all") {
      out.any.push_back({.test = Test::any});
      said_ = "ip";
    } else if (name == "ip4" || name == "ipv4" || name == "ip6" || name == "ipv6") {
      out.any.push_back({.test = Test::version, .low = name.ends_with('4') ? 2u : 10u});
      said_ = name.ends_with('4') ? "ip4" : "ip6";
    } else {
      auto value = value_in(protocols, name);
      if (!value) value = number_in(name, 0, 255);
      if (!value) return unknown("invalid protocol");
      out.any.push_back({.test = Test::protocol, .low = *value});
      said_ = name;
      has_ports_ = *value == 6 || *value == 17 || *value == 132;
    }
    ++at_;
    return {};
  }

  /// "[not] X" or "[not] { X or Y }", as it is written.
  template <class One>
  Result<Term> group(One one) {
    Term term;
    if (take("not")) {
      term.negated = true;
      say("not");
    }
    bool block = take("{") || take("(");
    if (block) say("{");
    do {
      if (!term.any.empty()) say("or");
      CB_CHECK(one(term));
      say(said_);
    } while (block && take("or"));
    if (block && !take("}") && !take(")")) return fail(Why::invalid, "missing }}");
    if (block) say("}");
    return term;
  }
  void put(Term term) { rule_.terms.push_back(std::move(term)); }

  Result<> side(Test which) {
    CB_TRY(Term term, group([this, which](Term& out) { return addresses(out, which); }));
    put(std::move(term));
    std::string_view next = word();
    bool port = !next.empty() && (next == "not" ? at_ + 1 < words_.size() && is_port(words_[at_ + 1]) : is_port(next));
    if (!port || !has_ports_) return {};
    CB_TRY(Term ports, group([&](Term& out) { return numbers(out, which == Test::source ? Test::source_port : Test::destination_port, 65535); }));
    put(std::move(ports));
    return {};
  }
  static bool is_port(std::string_view text) {
    return !text.empty() && ((text[0] >= '0' && text[0] <= '9') || value_in(services, text.substr(0, text.find_first_of(",-"))));
  }

  Result<> addresses(Term& out, Test which) {
    std::string listed;
    std::string_view rest = word();
    if (rest.empty()) return fail(Why::invalid, "missing address");
    while (!rest.empty()) {
      std::string_view one = take_part(rest, ',');
      CB_CHECK(address(out, which, one));
      listed += (listed.empty() ? "" : ",") + said_;
    }
    said_ = listed;
    ++at_;
    return {};
  }
  Result<> address(Term& out, Test which, std::string_view text) {
    bool source = which == Test::source;
    said_ = text;
    if (text == "any") {
      out.any.push_back({.test = Test::any});
      return {};
    }
    if (text == "me" || text == "me6") {
      out.any.push_back({.test = source ? Test::source_me : Test::destination_me, .low = text == "me6"});
      return {};
    }
    if (text.starts_with("table(")) return fail(Why::unsupported, "table: not supported on this system");
    Match match{.test = which};
    size_t colon = text.find(':');
    if (colon != text.npos && text.find(':', colon + 1) == text.npos) {  // ADDRESS:MASK
      auto ip = net::parse_ip(text.substr(0, colon)), mask = net::parse_ip(text.substr(colon + 1));
      if (!ip || !mask || ip->v6) return fail(Why::invalid, "bad netmask ``{}''", text);
      match.mask = *mask;
      match.ip = *ip;
      for (size_t i = 0; i < 4; ++i) match.ip.bytes[i] &= mask->bytes[i];
      auto length = net::prefix_of(*mask);
      said_ = length ? fmt::format("{}/{}", match.ip.text(), *length) : fmt::format("{}:{}", match.ip.text(), mask->text());
    } else {
      auto prefix = net::parse_prefix(text);
      if (!prefix) return fail(Why::invalid, "hostname ``{}'' unknown", text);
      match.mask = net::mask_of(prefix->ip.v6, prefix->length);
      match.ip = net::network_of(prefix->ip, prefix->length);
      said_ = prefix->length == prefix->ip.bits() ? match.ip.text() : fmt::format("{}/{}", match.ip.text(), prefix->length);
    }
    out.any.push_back(std::move(match));
    return {};
  }

  Result<> numbers(Term& out, Test which, uint32_t most) {
    std::string_view rest = word();
    if (rest.empty()) return fail(Why::invalid, "missing argument");
    auto one = [&](std::string_view text) {
      auto named = value_in(services, text);
      return named && most == 65535 ? named : text.empty() ? std::nullopt : number_in(text, 0, most);
    };
    while (!rest.empty()) {
      std::string_view part = take_part(rest, ','), end = part;
      std::string_view begin = value_in(services, part) ? take_part(end, '\n') : take_part(end, '-');
      auto low = one(begin), high = end.empty() ? low : one(end);
      if (!low || !high || *low > *high) return fail(Why::invalid, "invalid number ``{}''", word());
      out.any.push_back({.test = which, .low = *low, .high = *high});
    }
    said_ = word();
    ++at_;
    return {};
  }

  Result<> options() {
    while (at_ < words_.size()) {
      if (word() == "//") {
        std::string comment = join({words_.begin() + static_cast<long>(at_), words_.end()}, " ");
        say(comment);
        return {};
      }
      if (take("keep-state")) {
        if (word().starts_with(":")) ++at_;
        rule_.keeps_state = true;
        say("keep-state :default");
        continue;
      }
      CB_TRY(Term term, group([this](Term& out) { return option(out); }));
      put(std::move(term));
    }
    return {};
  }

  Result<> option(Term& out) {
    std::string name(word());
    auto plain = [&](Test test) -> Result<> {
      ++at_;
      out.any.push_back({.test = test});
      said_ = name;
      return {};
    };
    if (name == "in") return plain(Test::in);
    if (name == "out") return plain(Test::out);
    if (name == "established") return plain(Test::established);
    if (name == "setup") return plain(Test::setup);
    if (name == "frag") return plain(Test::fragment);
    if (name == "via") return interface(out, Test::via, name);
    if (name == "recv") return interface(out, Test::receive, name);
    if (name == "xmit") return interface(out, Test::transmit, name);
    struct Row { std::string_view name; Test test; uint32_t most; };
    constexpr std::array rows{Row{"src-port", Test::source_port, 65535}, Row{"dst-port", Test::destination_port, 65535},
                              Row{"icmptypes", Test::icmp_types, 255}, Row{"icmptype", Test::icmp_types, 255},
                              Row{"icmp6types", Test::icmp6_types, 255}, Row{"icmp6type", Test::icmp6_types, 255},
                              Row{"ipttl", Test::ttl, 255}, Row{"iplen", Test::length, 65535},
                              Row{"uid", Test::uid, UINT32_MAX}, Row{"gid", Test::gid, UINT32_MAX}, };
    for (const Row& row : rows) {
      if (row.name != name) continue;
      ++at_;
      CB_CHECK(numbers(out, row.test, row.most));
      said_ = name + " " + said_;
      return {};
    }
    if (name == "src-ip" || name == "dst-ip") {
      ++at_;
      CB_CHECK(addresses(out, name == "src-ip" ? Test::source : Test::destination));
      said_ = name + " " + said_;
      return {};
    }
    if (name == "proto") {
      ++at_;
      CB_CHECK(one_protocol(out));
      said_ = name + " " + said_;
      return {};
    }
    if (name == "tcpflags") return flags(out);
    return unknown("unrecognised option");
  }

  Result<> interface(Term& out, Test test, const std::string& name) {
    ++at_;
    if (word().empty() || word().size() > 15) return fail(Why::invalid, "{}: bad interface ``{}''", name, word());
    if (word().starts_with("table(")) return fail(Why::unsupported, "table: not supported on this system");
    if (word() == "any") out.any.push_back({.test = Test::any});
    else out.any.push_back({.test = test, .name = std::string(word())});
    said_ = fmt::format("{} {}", name, word());
    ++at_;
    return {};
  }

  Result<> flags(Term& out) {
    ++at_;
    Match match{.test = Test::tcp_flags};
    std::string_view rest = word();
    while (!rest.empty()) {
      std::string_view part = take_part(rest, ',');
      bool clear = part.starts_with('!');
      auto value = value_in(tcp_flags, part.substr(clear));
      if (!value) return fail(Why::invalid, "invalid tcpflags: ``{}''", word());
      (clear ? match.high : match.low) |= *value;
    }
    if (!match.low && !match.high) return fail(Why::invalid, "missing argument for tcpflags");
    said_ = fmt::format("tcpflags {}", word());
    ++at_;
    out.any.push_back(match);
    return {};
  }

  std::span<const std::string> words_;
  size_t at_ = 0;
  Rule rule_;
  std::string said_;
  bool has_ports_ = false;
};

}  // namespace

Result<Rule> parse_rule(std::span<const std::string> words) { return Parser(words).rule(); }

}  // namespace cellblock::ipfw
