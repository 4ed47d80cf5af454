#include "ipfw/links.hpp"
#include "ipfw/parser.hpp"
#include "ipfw/table.hpp"
#include "net/services.hpp"

namespace cellblock::ipfw {

Result<Rule> Parser::rule() {
  CB_CHECK(whole_words());
  CB_CHECK(place());
  CB_CHECK(probability());
  CB_CHECK(action());
  rule_.action_size = rule_.text.size();
  if (rule_.act != Act::check_state) CB_CHECK(body());
  CB_CHECK(options());
  if (rule_.act == Act::check_state && (rule_.keeps_state || !rule_.terms.empty())) return fail(Why::invalid, "check-state: takes a name, and nothing else");
  if (rule_.by_table && !last_table(rule_)) return fail(Why::invalid, "tablearg: the rule asks no table");
  if (!unserved_.empty()) return tl::unexpected(unserved(unserved_));
  return std::move(rule_);
}

/// What is kept is the rule's text: it has to come apart again into these words.
Result<> Parser::whole_words() const {
  for (const std::string& word : words_) {
    if (word == "//") return {};
    if (split_words(word) != std::vector{word}) return fail(Why::invalid, "bad word ``{}''", word);
  }
  return {};
}

Result<> Parser::place() {
  if (auto number = number_in(word(), 1, last_number - 1)) {
    rule_.number = *number;
    ++at_;
  } else if (parse_int(word())) {
    return fail(Why::invalid, "bad rule number ``{}''", word());
  }
  if (!take("set")) return {};
  auto set = number_in(word(), 0, last_set);
  if (!set) return fail(Why::invalid, "invalid set {}", word());
  rule_.set = *set;
  ++at_;
  return {};
}

tl::unexpected<Error> Parser::unknown(std::string_view what) {
  if (word() == "tee") return fail(Why::unsupported, "tee: not supported on this system, where no program reads copies of packets");
  for (std::string_view each : lacking)
    if (each == word()) return fail(Why::unsupported, "{}: not supported on this system", each);
  return fail(Why::invalid, "{} ``{}''", what, word());
}

Result<uint32_t> Parser::number_of(std::string_view name, uint32_t low, uint32_t high) {
  if (word() == "tablearg") return fail(Why::unsupported, "{} tablearg: not supported on this system", name);
  auto number = number_in(word(), low, high);
  if (!number) return fail(Why::invalid, "{}: bad argument ``{}''", name, word());
  ++at_;
  return *number;
}

Result<> Parser::probability() {
  if (!take("prob")) return {};
  std::string text(word());
  char* end = nullptr;
  rule_.probability = std::strtod(text.c_str(), &end);
  if (text.empty() || *end || !(rule_.probability > 0) || rule_.probability > 1) return fail(Why::invalid, "illegal match prob. {}", text);
  ++at_;
  std::string shown = fmt::format("{:f}", rule_.probability);
  say(fmt::format("prob {}", std::strtod(shown.c_str(), nullptr) == rule_.probability ? shown : fmt::format("{}", rule_.probability)));
  return {};
}

Result<> Parser::action() {
  if (take("allow") || take("accept") || take("pass") || take("permit")) return act(Act::allow, "allow");
  if (take("deny") || take("drop")) return act(Act::deny, "deny");
  if (take("reject")) return act(Act::unreach, "reject", 1);
  if (take("reset")) return act(Act::reset, "reset");
  if (take("count")) return act(Act::count, "count");
  if (take("check-state")) {
    CB_CHECK(state_name(true));
    return act(Act::check_state, fmt::format("check-state :{}", rule_.state_name));
  }
  if (take("unreach")) return code(Act::unreach, "unreach", codes, 255);
  if (take("unreach6")) return code(Act::unreach6, "unreach6", codes6, 255);
  if (take("skipto")) return code(Act::skipto, "skipto", {}, last_number);
  if (take("nat")) return code(Act::nat, "nat", {}, last_number);
  if (take("divert")) return divert();
  for (std::string_view link : {"pipe", "queue"}) {
    if (!take(link)) continue;
    CB_TRY(uint32_t number, number_of(link, 1, 65535));
    unserved_ = fmt::format("{} {}", link, number);
    return act(Act::count, unserved_);
  }
  if (take("fwd") || take("forward")) return forward();
  if (take("setfib")) return code(Act::setfib, "setfib", {}, 65535);
  if (take("setdscp")) return code(Act::set_dscp, "setdscp", dscp_names, 63);
  return unknown("invalid action");
}

/// ":NAME", which may be left out.
Result<> Parser::state_name(bool takes_any) {
  if (!word().starts_with(':')) return {};
  std::string_view name = word().substr(1);
  if (!is_table_name(name) || (name == any_state && !takes_any)) return fail(Why::invalid, "Invalid state name {}", word());
  rule_.state_name = name;
  ++at_;
  return {};
}

Result<> Parser::act(Act act, std::string_view text, uint32_t argument) {
  rule_.act = act;
  rule_.argument = argument;
  say(text);
  return modifiers();
}

Result<> Parser::divert() {
  if (word() == "tablearg") return fail(Why::unsupported, "divert tablearg: not supported on this system");
  auto port = value_in(divert_ports, word());
  if (!port) port = number_in(word(), 1, 65535);
  if (!port) return fail(Why::invalid, "divert: bad argument ``{}''", word());
  ++at_;
  return act(Act::divert, fmt::format("divert {}", *port), *port);
}

/// "fwd ADDRESS[,PORT]"
Result<> Parser::forward() {
  std::string_view port = word(), address = take_part(port, ',');
  if (address == "tablearg") return fail(Why::unsupported, "fwd tablearg: not supported on this system");
  auto ip = net::parse_ip(address);
  if (!ip || ip->is_zero()) return fail(Why::invalid, "fwd: bad argument ``{}''", word());
  rule_.hop = Hop{.ip = *ip};
  std::string shown = fmt::format("fwd {}", ip->text());
  if (!port.empty() || word().ends_with(',')) {
    std::optional<uint32_t> number = net::port_of_service(port);
    if (!number) number = number_in(port, 1, 65535);
    if (!number) return fail(Why::invalid, "fwd: bad argument ``{}''", word());
    rule_.hop->port = *number;
    shown += fmt::format(",{}", *number);
  }
  ++at_;
  return act(Act::forward, shown);
}

Result<> Parser::modifiers() {
  for (;;) {
    if (take("log")) {
      rule_.log = true;
      say("log");
      if (!take("logamount")) continue;
      CB_TRY(rule_.log_amount, number_of("logamount", 0, INT32_MAX));
      if (rule_.log_amount) say(fmt::format("logamount {}", rule_.log_amount));
    } else if (take("tag")) {
      CB_TRY(rule_.tag, number_of("tag", 1, 65534));
      say(fmt::format("tag {}", *rule_.tag));
    } else if (take("untag")) {
      CB_TRY(rule_.untag, number_of("untag", 1, 65534));
      say(fmt::format("untag {}", *rule_.untag));
    } else {
      return {};
    }
  }
}

Result<> Parser::code(Act which, std::string_view text, std::span<const Named> names, uint32_t most) {
  bool takes_tables = which == Act::skipto || which == Act::nat;
  if (takes_tables && take("tablearg")) {
    rule_.by_table = true;
    return act(which, fmt::format("{} tablearg", text));
  }
  if (word() == "tablearg") return fail(Why::unsupported, "{} tablearg: not supported on this system", text);
  auto value = value_in(names, word());
  if (!value) value = number_in(word(), names.empty() && which != Act::setfib ? 1 : 0, most);
  if (!value) return fail(Why::invalid, "{}: bad argument ``{}''", text, word());
  std::string shown = fmt::format("{} {}", text, words_[at_]);
  ++at_;
  return act(which, shown, *value);
}

std::string_view protocol_name(uint32_t number) {
  for (const Named& each : protocols)
    if (each.value == number) return each.name;
  return {};
}

Result<Rule> parse_rule(std::span<const std::string> words) { return Parser(words).rule(); }

}  // namespace cellblock::ipfw
