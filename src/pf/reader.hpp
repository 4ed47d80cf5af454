// One file of pf.conf(5) as the parser walks it. The parser's own; everyone else starts at parse.hpp.
#pragma once

#include "pf/parse.hpp"

namespace cellblock::pf {

/// A line of rules before its lists are expanded: one rule, and for each of its places what it may be.
struct Wide {
  Rule rule;
  std::vector<Interface> on;
  std::vector<std::optional<uint8_t>> protocols;
  std::vector<Address> from, to;
  std::vector<Ports> from_ports, to_ports;
  std::vector<std::pair<uint8_t, std::optional<uint8_t>>> icmp;
  std::vector<uint32_t> users, groups;
  bool icmp6 = false, stated = false, flags_any = false, directed = false, scrubs = false;
};

/// All rules that the lists make, in pf's order. False: more than max_expanded.
bool expand(const Wide& wide, std::vector<Rule>& out);

class Reader {
 public:
  Reader(conf::Sources& sources, const Machine& machine, Macros& macros, Parsed& out, Ruleset& rules, std::string file,
         std::string text, int depth);
  void read();
  /// The names of anchors are below this one.
  void below(std::string anchor) { anchor_ = std::move(anchor); }

 private:
  using Done = Result<>;

  Done statement();
  Done macro(const std::string& name);
  Done include();
  Done set_option();
  Done skip_on();
  Done timeout();
  Done limit();
  Done table();
  Done table_entries(Table& table);
  Done filter(Action action);
  Done translation(const std::string& word, bool no);
  Done translation_target(Wide& wide);
  Done translation_rest(Wide& wide);
  Done target_ports(Wide& wide);
  Done choice(Rule& rule);
  Done possible(const Rule& rule) const;
  Done anchor(Action action);
  Done anchor_name(std::string& name);
  Done body(Wide& wide);
  Done load_anchor();
  Done scrub(bool no);
  Done scrub_word(Rule& rule, const std::string& word);
  Done scrub_words(Rule& rule);
  Done antispoof();
  void spoofed(Rule rule, const std::string& interface, Part part);
  Done finish(Wide& wide);
  Done consistent(const Wide& wide) const;

  Done refusal(Rule& rule);
  Done refusal_codes(Rule& rule, bool v6);
  Done head(Wide& wide);       ///< in, out, log, quick, on, af, proto
  Done log_and_quick(Rule& rule);
  Done interfaces(Wide& wide);
  Done protocols(Wide& wide);
  Done from_to(Wide& wide);
  Done peer(std::vector<Address>& addresses, std::vector<Ports>& ports);
  Done address(std::vector<Address>& out);
  Done plain_address(std::vector<Address>& out, bool negated);
  Done in_parentheses(std::vector<Address>& out, bool negated);
  Done ports(std::vector<Ports>& out);
  Done port(std::vector<Ports>& out);
  Done tail(Wide& wide);
  Done tail_word(Wide& wide, const std::string& word);
  Done flags(Wide& wide);
  Done icmp(Wide& wide, bool v6);
  Done ids(std::vector<uint32_t>& out, bool users);
  Done tags(Rule& rule, const std::string& word);
  Done label(Rule& rule);
  Done state_options(Wide& wide);
  Done state_option(Wide& wide, const std::string& word);
  Done overload(StateLimits& limits);
  Done probability(Rule& rule);

  /// What braces with nothing between them are: no list, but for a table's entries.
  enum class Empty : uint8_t { refused, allowed };
  /// `each` for one thing, or for each in { }.
  template <class Each>
  Done list(Each each, Empty empty = Empty::refused);
  /// The same where lists may have lists in them, those of macros among others.
  template <class Each>
  Done nested(Each each, Empty empty = Empty::refused, int depth = 0);

  const Token& peek() const { return token_; }
  Token take();
  bool took(std::string_view word);
  bool took_mark(std::string_view mark);
  Done want_mark(std::string_view mark);
  Result<std::string> want_text();
  Result<uint32_t> want_number();
  /// Of an interface, a table, a tag: printed without quotes, it must read as one word.
  Result<std::string> want_name(std::string_view what, size_t most);
  Done syntax_error() const;
  Done unable(const std::string& word) const;
  void skip_line();
  bool at_end() const { return token_.kind == TokenKind::newline || token_.kind == TokenKind::end || token_.is("}"); }

  conf::Sources& sources_;
  const Machine& machine_;
  Macros& macros_;
  Parsed& out_;
  Ruleset* rules_;  ///< of the file, or of the anchor's body that is being read
  std::string file_;
  Lexer lexer_;
  Token token_;
  int depth_;
  uint32_t line_ = 1;
  std::string anchor_;
  int unnamed_ = 0;  ///< anchors with a body and no name so far
  Refusal policy_ = Refusal::drop;
};

template <class Each>
Result<> Reader::list(Each each, Empty empty) {
  if (!took_mark("{")) return each();
  for (bool some = empty == Empty::allowed;; some = true) {
    while (peek().kind == TokenKind::newline || peek().is(",")) take();
    if (some && took_mark("}")) return {};
    if (peek().kind == TokenKind::end) return syntax_error();
    CB_CHECK(each());
  }
}

template <class Each>
Result<> Reader::nested(Each each, Empty empty, int depth) {
  if (!peek().is("{")) return each();
  if (depth == max_include_depth) return fail(Why::invalid, "lists too deep");
  return list([&, this] { return nested(each, Empty::refused, depth + 1); }, empty);
}

}  // namespace cellblock::pf
