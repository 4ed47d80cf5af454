// ipfw(8): sets of rules, and what is turned on and off.
#include <algorithm>

#include "base/text.hpp"
#include "ipfw_session.hpp"

namespace cellblock::bsd {
namespace {

using ipfw::Kept;

void print_sets(uint32_t off, bool wanted, std::string_view title) {
  std::string text;
  for (uint32_t set = 0; set < ipfw::last_set; ++set)
    if ((off >> set & 1) == wanted) text += fmt::format(" {}", set);
  if (!text.empty()) fmt::print("{}{}", title, text);
}

}  // namespace

std::optional<uint32_t> set_number(std::string_view text, uint32_t most) {
  auto number = parse_int(text);
  if (!number || *number < 0 || *number > most) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

int IpfwSession::set(const Words& words) {
  if (words.empty()) return refuse("set needs command", ex_usage);
  const std::string& verb = words[0];
  if (verb == "show") return show_sets();
  if (verb == "enable" || verb == "disable") return refuse_unless(edit([&](ipfw::Ruleset& rules) { return switch_sets(rules, words); }));
  if (auto number = set_number(verb, ipfw::last_set)) return one_set(*number, Words(words.begin() + 1, words.end()));
  if (verb != "swap" && verb != "move") return refuse(fmt::format("invalid set command {}", verb), ex_usage);
  Words rest(words.begin() + 1, words.end());
  bool rule = verb == "move" && !rest.empty() && rest[0] == "rule";
  if (rule) rest.erase(rest.begin());
  if (rest.size() == 3 && rest[1] == "to" && verb == "move") rest.erase(rest.begin() + 1);
  if (rest.size() != 2) return refuse(fmt::format("set {}: syntax error", verb), ex_usage);
  auto from = set_number(rest[0], rule ? ipfw::last_number - 1 : verb == "swap" ? ipfw::last_set - 1 : ipfw::last_set), to = set_number(rest[1], ipfw::last_set - (verb == "swap"));
  if (!from) return refuse(fmt::format("invalid {} number {}", rule ? "rule" : "set", rest[0]), ex_dataerr);
  if (!to) return refuse(fmt::format("invalid dest. set {}", rest[1]), ex_dataerr);
  return refuse_unless(edit([&](ipfw::Ruleset& rules) -> Result<> {
    for (Kept& kept : rules.rules) {
      bool was_to = kept.rule.set == *to;
      if ((rule ? kept.rule.number : kept.rule.set) == *from) kept.rule.set = *to;
      else if (verb == "swap" && was_to) kept.rule.set = *from;
    }
    return {};
  }));
}

int IpfwSession::one_set(uint32_t number, const Words& words) {
  if (words.empty()) return refuse("set needs command", ex_usage);
  only_set_ = number;
  Words rest(words.begin() + 1, words.end());
  if (words[0] == "list" || words[0] == "show") return list(rest, words[0] == "show" || options_.has('a'));
  if (words[0] == "delete" && !rest.empty()) return remove(rest);
  if (words[0] == "delete") return remove({"set", fmt::format("{}", number)});
  if (words[0] == "flush") return flush();
  if (words[0] == "zero" || words[0] == "resetlog") return zero(words);
  return refuse(fmt::format("set {}: bad command `{}'", number, words[0]), ex_usage);
}

/// "enable firewall"
int IpfwSession::turn(const std::string& verb, const Words& words) {
  if (words.size() != 1) return refuse(fmt::format("missing keyword for {}", verb), ex_usage);
  std::string name = words[0] == "firewall" ? "enable" : words[0];
  if (!ipfw::Switches().find(name)) return refuse(fmt::format("{} {}: not supported on this system", verb, words[0]), ex_unavailable);
  return refuse_unless(edit([&](ipfw::Ruleset& rules) -> Result<> {
    *rules.switches.find(name) = verb == "enable";
    return {};
  }));
}

int IpfwSession::show_sets() {
  auto rules = ipfw::read_ruleset(socket_);
  if (!rules) return refuse(rules.error());
  print_sets(rules->off, true, "disable");
  print_sets(rules->off, false, rules->off ? " enable" : "enable");
  fmt::print("\n");
  return 0;
}

/// "disable 1 2 enable 3"
Result<> IpfwSession::switch_sets(ipfw::Ruleset& rules, const Words& words) {
  bool off = false;
  size_t numbers = 0;
  for (const std::string& word : words) {
    if (word == "enable" || word == "disable") {
      off = word == "disable";
      continue;
    }
    auto number = set_number(word, ipfw::last_set - 1);
    if (!number) return fail(Why::invalid, "invalid set number {}", word);
    rules.off = off ? rules.off | 1u << *number : rules.off & ~(1u << *number);
    ++numbers;
  }
  return numbers ? Result<>() : fail(Why::invalid, "missing set number");
}

}  // namespace cellblock::bsd
