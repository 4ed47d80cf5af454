// What stands behind the addresses of a filter rule.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "base/text.hpp"
#include "pf/names.hpp"
#include "pf/reader.hpp"

namespace cellblock::pf {

/// What can be said but once (`user` and `group` add to what they said before).
static std::string_view once(std::string_view word) {
  if (word == "no" || word == "keep") return "state";
  if (word == "icmp6-type") return "icmp-type";
  if (word == "!") return "tagged";
  return word == "user" || word == "group" ? "" : word;
}

Result<> Reader::tail(Wide& wide) {
  std::set<std::string, std::less<>> said;
  while (!at_end()) {
    CB_TRY(std::string word, peek().is("!") ? Result<std::string>(take().text) : want_text());
    std::string_view what = once(word);
    if (!what.empty() && !said.emplace(what).second) return fail(Why::invalid, "{} cannot be redefined", what);
    CB_CHECK(tail_word(wide, word));
  }
  return {};
}

Result<> Reader::label(Rule& rule) {
  CB_TRY(rule.label, want_text());
  if (rule.label.size() > 63) return fail(Why::invalid, "rule label too long (max 63 chars)");
  if (rule.label.find_first_of("\"\\\n") != rule.label.npos) return fail(Why::invalid, "a label can't have quotes, backslashes or lines");
  return {};
}

Result<> Reader::tail_word(Wide& wide, const std::string& word) {
  Rule& rule = wide.rule;
  if (word == "flags") return flags(wide);
  if (word == "icmp-type" || word == "icmp6-type") return icmp(wide, word == "icmp6-type");
  if (word == "user" || word == "group") return ids(word == "user" ? wide.users : wide.groups, word == "user");
  if (word == "probability") return probability(rule);
  if (word == "label") return label(rule);
  if (word == "tag" || word == "tagged" || word == "!") return tags(rule, word);
  if (word == "scrub" && rule.action == Action::match && peek().is("(")) {
    CB_CHECK(scrub_words(rule));
    wide.scrubs = rule.no_df || rule.min_ttl || rule.max_mss;
    return {};
  }
  if (word == "no" && took("state")) {
    wide.stated = true;
    rule.state = State::none;
    return {};
  }
  if (word != "keep") {
    for (std::string_view known :
         {"modulate", "synproxy", "tos", "dscp", "fragment", "allow-opts", "queue", "rtable", "divert-to", "divert-reply", "scrub", "os",
          "prio", "dnpipe", "dnqueue", "ridentifier", "set", "received-on", "nat-to", "rdr-to", "binat-to", "af-to"})
      if (word == known) return unable(word);
    return syntax_error();
  }
  if (!took("state")) return syntax_error();
  wide.stated = true;
  if (rule.action != Action::pass) return fail(Why::invalid, "keep state on block or no state rules doesn't make sense");
  rule.state = State::keep;
  return took_mark("(") ? state_options(wide) : Result<>{};
}

Result<> Reader::flags(Wide& wide) {
  if (took("any")) {
    wide.flags_any = true;
    return {};
  }
  TcpFlags flags{.set = 0, .of = 0xff};
  if (!peek().is("/")) {
    CB_TRY(std::string word, want_text());
    auto set = tcp_flags_of(word);
    if (!set) return fail(Why::invalid, "unknown flags {}", word);
    flags.set = *set;
  }
  if (took_mark("/")) {
    CB_TRY(std::string word, want_text());
    auto of = tcp_flags_of(word);
    if (!of) return fail(Why::invalid, "unknown flags {}", word);
    flags.of = *of;
  }
  if (flags.set & ~flags.of) return fail(Why::invalid, "flags always false");
  wide.rule.flags = flags;
  return {};
}

Result<> Reader::icmp(Wide& wide, bool v6) {
  wide.icmp6 = v6;
  return list([&, this]() -> Result<> {
    CB_TRY(std::string word, want_text());
    auto type = icmp_type_of(word, v6);
    if (!type) return fail(Why::invalid, "unknown icmp-type {}", word);
    std::optional<uint8_t> code;
    if (took("code")) {
      CB_TRY(std::string name, want_text());
      code = icmp_code_of(name, *type, v6);
      if (!code) return fail(Why::invalid, "unknown icmp-code {}", name);
    }
    wide.icmp.emplace_back(*type, code);
    return {};
  });
}

Result<> Reader::ids(std::vector<uint32_t>& out, bool users) {
  took_mark("=");
  return list([&, this]() -> Result<> {
    if (peek().is("<") || peek().is(">") || peek().is("!=") || peek().is("<=") || peek().is(">=")) return unable(fmt::format("{} {}", users ? "user" : "group", peek().text));
    CB_TRY(std::string word, want_text());
    auto number = parse_int(word);
    if (number && (*number < 0 || *number > UINT32_MAX)) return syntax_error();
    auto id = number ? std::optional(static_cast<uint32_t>(*number)) : users ? machine_.user(word) : machine_.group(word);
    if (!id) return fail(Why::invalid, "unknown {} {}", users ? "user" : "group", word);
    out.push_back(*id);
    return {};
  });
}

Result<> Reader::probability(Rule& rule) {
  CB_TRY(std::string word, want_text());
  bool percent = word.ends_with('%');
  if (percent) word.pop_back();
  char* end = nullptr;
  double value = std::strtod(word.c_str(), &end) / (percent ? 100 : 1);
  if (word.empty() || *end || !(value >= 0 && value <= 1)) return fail(Why::invalid, "invalid probability: {}", word);
  rule.probability = static_cast<uint32_t>(std::min(value * 4294967296.0, 4294967295.0));
  return {};
}

Result<> Reader::state_options(Wide& wide) {
  do {
    CB_TRY(std::string word, want_text());
    CB_CHECK(state_option(wide, word));
  } while (took_mark(","));
  const StateLimits& limits = wide.rule.limits;
  if (!limits.overload.empty() && !limits.connections && !limits.rate)
    return fail(Why::invalid, "'overload' requires 'max-src-conn' or 'max-src-conn-rate'");
  return want_mark(")");
}

Result<> Reader::state_option(Wide& wide, const std::string& word) {
  StateLimits& limits = wide.rule.limits;
  if (word == "floating") return {};
  if (word == "source-track") {
    if (peek().is_word("global")) return unable("source-track global");
    took("rule");
    return {};
  }
  for (auto [name, most] : {std::pair("max", &limits.max), {"max-src-states", &limits.source_states}, {"max-src-conn", &limits.connections}})
    if (word == name) {
      CB_TRY(*most, want_number());
      return *most ? Result<>{} : fail(Why::invalid, "{} must be > 0", word);
    }
  if (word == "max-src-conn-rate") {
    CB_TRY(limits.rate, want_number());
    CB_CHECK(want_mark("/"));
    CB_TRY(limits.seconds, want_number());
    return limits.rate && limits.seconds ? Result<>{} : fail(Why::invalid, "max-src-conn-rate must be > 0");
  }
  if (word == "overload") return overload(limits);
  return unable("state option " + word);
}

Result<> Reader::overload(StateLimits& limits) {
  CB_CHECK(want_mark("<"));
  CB_TRY(limits.overload, want_name("table", 31));
  CB_CHECK(want_mark(">"));
  limits.flush = took("flush");
  limits.flush_global = limits.flush && took("global");
  return {};
}

}  // namespace cellblock::pf
