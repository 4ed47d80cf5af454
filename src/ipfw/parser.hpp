// Words to a rule. Each part is read by a file of its own: rule.cc (the action), side.cc (who to whom), option.cc.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "ipfw/rule.hpp"
#include "ipfw/words.hpp"

namespace cellblock::ipfw {

class Parser {
 public:
  explicit Parser(std::span<const std::string> words) : words_(words) {}
  Result<Rule> rule();

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
  tl::unexpected<Error> unknown(std::string_view what);
  /// The number behind `name`.
  Result<uint32_t> number_of(std::string_view name, uint32_t low, uint32_t high);

  Result<> whole_words() const;
  Result<> place();
  Result<> probability();
  Result<> action();
  Result<> act(Act act, std::string_view text, uint32_t argument = 0);
  Result<> code(Act which, std::string_view text, std::span<const Named> names, uint32_t most);
  Result<> divert();
  Result<> forward();
  Result<> modifiers();

  Result<> body();
  Result<> protocol();
  Result<> one_protocol(Term& out);
  Result<> side(Test which);
  Result<> addresses(Term& out, Test which);
  Result<> address(Term& out, Test which, std::string_view text);
  Result<Match> network(Test which, std::string_view text);
  /// "table(NAME)" or "table(NAME,VALUE)".
  Result<> table(Term& out, Test which, std::string_view text);
  Result<> numbers(Term& out, Test which, uint32_t most);

  Result<> options();
  Result<> limit();
  Result<> state_name(bool takes_any);
  Result<> option(Term& out);
  Result<> interface(Term& out, Test test, const std::string& name);
  Result<> lookup(Term& out);
  Result<> jail(Term& out);
  Result<> flow(Term& out);
  Result<> flags(Term& out, Test test, std::span<const Named> names);
  Result<> dscp(Term& out);

  void put(Term term) { rule_.terms.push_back(std::move(term)); }
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

  std::span<const std::string> words_;
  size_t at_ = 0;
  Rule rule_;
  std::string said_;
  std::string unserved_;  ///< what the rule sends to and nothing serves: said when all of it is read
  bool has_ports_ = false;
};

}  // namespace cellblock::ipfw
