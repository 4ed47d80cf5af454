// What the parts of the compiler share. Their own; everyone else starts at compile.hpp.
#pragma once

#include <set>

#include "pf/compile.hpp"
#include "pf/tables.hpp"
#include "pf/tags.hpp"

namespace cellblock::pf {

class Compiler {
 public:
  Compiler(const Whole& whole, const std::vector<WantedTable>& tables, const Tags& tags, nft::Batch& batch);
  Result<Compiled> run();

 private:
  using Body = nft::Body;

  // The rules of a ruleset.
  Result<> filters(Phase phase, bool quick);
  Result<> filter(const Rule& rule, Phase phase, bool quick);
  void tag(const Rule& rule, Phase phase);
  Result<> pass(const Rule& rule, Phase phase, Body body);
  Result<> block(const Rule& rule, Phase phase, const Body& body);
  Result<> refuse(const Rule& rule, Phase phase, const Body& body);
  void limits(const Rule& rule, Phase phase);
  void limit(const Rule& rule, Phase phase, const std::string& what, const Body& each);
  void jump(const Rule& rule, Phase phase, std::string_view to);
  /// Of the ruleset that is being compiled.
  std::string chain_of(std::string_view what) const { return anchor_ + "|" + std::string(what); }
  std::vector<std::string> called(const std::string& name) const { return whole_.called(anchor_, name); }

  // Translations and scrub.
  Result<> translations(std::string_view chain, Phase phase, Action action);
  Result<> untranslated();
  Result<> translate(const Rule& rule, Action as, Body body);
  nft::NatTo target(const Rule& rule, Action as, Body& body);
  void pick(const Rule& rule, const std::vector<net::Ip>& pool, Body& body);
  void shift(const Rule& rule, Body& body);
  /// Makes the map unless it is there: its name says what is in it.
  void map(nft::Set set, const std::function<std::vector<nft::Element>()>& elements);
  Result<> scrubs(Phase phase);
  void scrub(const Rule& wanted, const std::string& to);

  // The chains through which packets come.
  void entrance();
  void hook(const std::string& name, const std::string& type, uint32_t number, int priority);
  void ask(Phase phase);
  void answers(const std::string& to, Phase phase);
  void known(Phase phase);
  void keep(Phase phase);
  void stateless(Phase phase);
  void skipped(const std::string& chain, Phase phase);

  std::string chain(const std::string& name);
  void rule(const std::string& chain, Body body) { batch_.append({.chain = chain, .body = std::move(body), .userdata = {}}); }
  void count(Body& body, uint32_t id, bool in);
  SetNames sets(const Address& address, bool v6) const;
  Ways ways(const Rule& rule, Phase phase, Chance chance = Chance::rolled);

  const Whole& whole_;
  nft::Batch& batch_;
  Names names_;
  Compiled out_;
  std::set<std::pair<std::string, std::string>> filled_;  ///< tables that rules fill
  std::set<std::pair<std::string, uint32_t>> flushing_;   ///< sets of hosts whose states end: a rule's, or (0) all
  const Tags& tags_;
  std::string anchor_;  ///< being compiled
  const Kept* kept_ = nullptr;
  uint32_t id_ = 0;
};

constexpr std::string_view name_of(Phase phase) { return phase == Phase::in ? "in" : phase == Phase::out ? "out" : "refuse"; }
std::string chain_name(Phase phase, bool quick);

}  // namespace cellblock::pf
