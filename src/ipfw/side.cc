// The body of a rule: a protocol, from whom and to whom.
#include "ipfw/parser.hpp"

#include "ipfw/table.hpp"
#include "net/services.hpp"

namespace cellblock::ipfw {
namespace {

bool is_port(std::string_view text) {
  return !text.empty() && ((text[0] >= '0' && text[0] <= '9') || net::port_of_service(text.substr(0, text.find_first_of(",-"))));
}

/// "22,80-90" as "ssh,http-90".
std::string named_ports(std::string_view list) {
  std::string out, number;
  auto end = [&] {
    auto value = number_in(number, 0, 65535);
    std::string_view name = value ? net::service_of_port(*value) : std::string_view();
    out += name.empty() ? number : name;
    number.clear();
  };
  for (char c : list) {
    if (c != ',' && c != '-') {
      number += c;
      continue;
    }
    end();
    out += c;
  }
  end();
  return out;
}

}  // namespace

/// Words behind an address, or behind "src-port" and "dst-port", that begin with a digit are ports.
std::string with_service_names(std::string_view body) {
  std::string out;
  bool ports = false, address = false, block = false;
  std::string_view rest = body.substr(0, body.find(" // "));
  size_t size = rest.size();
  for (bool first = true; !rest.empty(); first = false) {
    std::string_view word = take_part(rest, ' ');
    out += first ? "" : " ";
    out += ports && is_port(word) ? named_ports(word) : std::string(word);
    if (word == "{") block = true;
    if (word == "}") block = false;
    bool joins = word == "not" || word == "{" || word == "or";
    if (!joins && !block) ports = address || word.ends_with("-port");
    if (!joins && !block) address = word == "from" || word == "to";
    if (word == "src-port" || word == "dst-port") ports = true;
  }
  return out + std::string(body.substr(size));
}

Result<> Parser::body() {
  if (at_ >= words_.size()) return fail(Why::invalid, "missing protocol");
  CB_CHECK(protocol());
  if (!take("from")) return fail(Why::invalid, "missing ``from''");
  say("from");
  CB_CHECK(side(Test::source));
  if (!take("to")) return fail(Why::invalid, "missing ``to''");
  say("to");
  return side(Test::destination);
}

Result<> Parser::protocol() {
  CB_TRY(Term term, group([this](Term& out) { return one_protocol(out); }));
  put(std::move(term));
  return {};
}

Result<> Parser::one_protocol(Term& out) {
  std::string_view name = word();
  // Any of them may have: ports are asked of those alone that do.
  has_ports_ |= out.negated;
  if (name == "ip" || name == "all") {
    has_ports_ = true;
    out.any.push_back({.test = Test::any});
    said_ = "ip";
  } else if (name == "ip4" || name == "ipv4" || name == "ip6" || name == "ipv6") {
    has_ports_ = true;
    out.any.push_back({.test = Test::version, .low = name.ends_with('4') ? 2u : 10u});
    said_ = name.ends_with('4') ? "ip4" : "ip6";
  } else {
    auto value = value_in(protocols, name);
    if (!value) value = number_in(name, 0, 255);
    if (!value) return unknown("invalid protocol");
    out.any.push_back({.test = Test::protocol, .low = *value});
    said_ = name;
    has_ports_ |= *value == 6 || *value == 17 || *value == 132;
  }
  ++at_;
  return {};
}

Result<> Parser::side(Test which) {
  CB_TRY(Term term, group([this, which](Term& out) { return addresses(out, which); }));
  put(std::move(term));
  std::string_view next = word();
  bool port = !next.empty() && (next == "not" ? at_ + 1 < words_.size() && is_port(words_[at_ + 1]) : is_port(next));
  if (!port || !has_ports_) return {};
  CB_TRY(Term ports, group([&](Term& out) { return numbers(out, which == Test::source ? Test::source_port : Test::destination_port, 65535); }));
  put(std::move(ports));
  return {};
}

Result<> Parser::addresses(Term& out, Test which) {
  std::string listed;
  std::string_view rest = word();
  if (rest.empty()) return fail(Why::invalid, "missing address");
  while (!rest.empty()) {
    // "table(1,2)" is one.
    size_t comma = rest.starts_with("table(") ? rest.find(',', rest.find(')')) : rest.find(',');
    std::string_view one = rest.substr(0, comma);
    rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
    CB_CHECK(address(out, which, one));
    listed += (listed.empty() ? "" : ",") + said_;
  }
  said_ = listed;
  ++at_;
  return {};
}

Result<> Parser::address(Term& out, Test which, std::string_view text) {
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
  if (text.starts_with("table(")) return table(out, which, text);
  CB_TRY(Match match, network(which, text));
  out.any.push_back(std::move(match));
  return {};
}

Result<> Parser::table(Term& out, Test which, std::string_view text) {
  if (!text.ends_with(')')) return fail(Why::invalid, "forgotten parenthesis: ``{}''", text);
  std::string_view value = text.substr(6, text.size() - 7), name = take_part(value, ',');
  if (!is_table_name(name)) return fail(Why::invalid, "bad table name ``{}''", name);
  Match match{.test = which, .table = std::string(name)};
  said_ = fmt::format("table({})", name);
  if (!value.empty()) {
    match.value = parse_value(value);
    if (!match.value) return fail(Why::invalid, "bad table value ``{}''", value);
    said_ = fmt::format("table({},{})", name, *match.value);
  }
  out.any.push_back(std::move(match));
  return {};
}

/// ADDRESS, ADDRESS/LENGTH or ADDRESS:MASK.
Result<Match> Parser::network(Test which, std::string_view text) {
  Match match{.test = which};
  size_t colon = text.find(':');
  if (colon == text.npos || text.find(':', colon + 1) != text.npos) {
    auto prefix = net::parse_prefix(text);
    if (!prefix) return fail(Why::invalid, "hostname ``{}'' unknown", text);
    match.mask = net::mask_of(prefix->ip.v6, prefix->length);
    match.ip = net::network_of(prefix->ip, prefix->length);
    said_ = prefix->length == prefix->ip.bits() ? match.ip.text() : fmt::format("{}/{}", match.ip.text(), prefix->length);
    return match;
  }
  auto ip = net::parse_ip(text.substr(0, colon)), mask = net::parse_ip(text.substr(colon + 1));
  if (!ip || !mask || ip->v6 || mask->v6) return fail(Why::invalid, "bad netmask ``{}''", text);
  match.mask = *mask;
  match.ip = *ip;
  for (size_t i = 0; i < 4; ++i) match.ip.bytes[i] &= mask->bytes[i];
  auto length = net::prefix_of(*mask);
  said_ = length ? fmt::format("{}/{}", match.ip.text(), *length) : fmt::format("{}:{}", match.ip.text(), mask->text());
  return match;
}

Result<> Parser::numbers(Term& out, Test which, uint32_t most) {
  std::string_view rest = word();
  if (rest.empty()) return fail(Why::invalid, "missing argument");
  auto one = [&](std::string_view text) {
    std::optional<uint32_t> named = net::port_of_service(text);
    return named && most == 65535 ? named : text.empty() ? std::nullopt : number_in(text, 0, most);
  };
  while (!rest.empty()) {
    std::string_view part = take_part(rest, ','), end = part;
    std::string_view begin = net::port_of_service(part) ? take_part(end, '\n') : take_part(end, '-');
    auto low = one(begin), high = end.empty() ? low : one(end);
    if (!low || !high || *low > *high) return fail(Why::invalid, "invalid number ``{}''", word());
    out.any.push_back({.test = which, .low = *low, .high = *high});
  }
  said_ = word();
  ++at_;
  return {};
}

}  // namespace cellblock::ipfw
