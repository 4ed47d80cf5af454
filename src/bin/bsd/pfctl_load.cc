// pfctl -f, -F, -k and -z: what changes rules and states.
#include <algorithm>
#include <functional>
#include <ctime>

#include "base/text.hpp"
#include "pf/print.hpp"
#include "pf/states.hpp"
#include "pfctl_stack.hpp"

namespace cellblock::bsd {
namespace {

using pf::Ruleset;

class Loader {
 public:
  explicit Loader(Pf& pf) : pf_(pf) {}

  Result<> run(const std::string& path) {
    CB_CHECK(macros());
    CB_CHECK(read(path, pf_.anchor));
    while (!to_load_.empty()) {
      auto [anchor, file] = to_load_.front();
      to_load_.erase(to_load_.begin());
      if (++files_ > 1000) return fail(Why::invalid, "load anchor: too many files");
      CB_CHECK(read(file, anchor));
    }
    return commit();
  }

 private:
  /// What was read, into what the kernel has; again if somebody else changes that meanwhile.
  Result<> commit() {
    for (;;) {
      for (const auto& [anchor, parsed] : read_) take_all(anchor, parsed);
      auto done = pf_.commit();
      if (!is_overtaken(done)) return done;
      CB_TRY(pf_.whole, pf::read_whole(pf_.socket));
    }
  }

  Result<> macros() {
    for (const std::string& word : pf_.options->values('D')) {
      size_t equals = word.find('=');
      if (equals == word.npos || equals == 0) return fail(Why::invalid, "could not parse macro definition {}", word);
      given_[word.substr(0, equals)] = {.text = word.substr(equals + 1), .given = true};
    }
    return {};
  }

  Result<> read(const std::string& path, const std::string& anchor) {
    conf::DiskSources sources;
    auto text = sources.read(path);
    if (!text) {
      std::string why = strerror_of(text.error().sys);
      return fail(Why::absent, "{}: {}\npfctl: Cannot open the main config file!: {}", path, why, why);
    }
    pf::Parsed parsed = pf::parse_text(sources, path == "-" ? "stdin" : path, std::move(*text), pf_.machine, given_);
    for (const pf::Problem& problem : parsed.problems) fmt::print(stderr, "{}\n", problem.text());
    if (!parsed.problems.empty()) return fail(Why::invalid, "Syntax error in config file: pf rules not loaded");
    warn(path, parsed.rules);
    if (pf_.verbose()) fmt::print("{}", pf::text_of(parsed.rules));
    for (auto& [name, file] : parsed.to_load) to_load_.emplace_back(below(anchor, name), file);
    read_.emplace_back(anchor, std::move(parsed));
    return {};
  }

  static std::string below(const std::string& anchor, const std::string& name) { return anchor.empty() ? name : anchor + "/" + name; }

  void take_all(const std::string& anchor, const pf::Parsed& parsed) {
    // What the text before had in braces without a name goes with that text.
    std::string unnamed = below(anchor, "_");
    if (all() || pf_.has('R')) std::erase_if(pf_.whole.rulesets, [&](const auto& one) { return one.first.starts_with(unnamed); });
    take(anchor, parsed.rules);
    for (const auto& [name, body] : parsed.bodies) take(below(anchor, name), body);
  }

  bool all() const { return !pf_.has('R') && !pf_.has('N') && !pf_.has('O') && pf_.options->value('T').empty(); }
  bool wants(char letter) const { return all() || pf_.has(letter); }

  /// Addresses of another interface than the packet's own are those of now.
  static void warn(const std::string& path, const Ruleset& rules) {
    for (const auto* list : {&rules.scrubs, &rules.translations, &rules.rules})
      for (const pf::Rule& rule : *list)
        for (const pf::Address* address : {&rule.from.address, &rule.to.address})
          if (address->kind == pf::AddressKind::interface && !pf::is_own_address(rule, *address))
            fmt::print(stderr, "{}:{}: ({}) stands for its addresses of now in a rule without \"on {}\": load again when they change\n", path,
                       rule.line, address->name, address->name.substr(0, address->name.find(':')));
  }

  /// Of what is loaded, the parts that are asked for; the rest stays as it is.
  void take(const std::string& anchor, Ruleset loaded) {
    pf::Kept& kept = pf_.whole.rulesets[anchor];
    Ruleset& rules = kept.rules;
    bool tables = all() || !pf_.options->value('T').empty();
    if (tables) {
      for (pf::Table& old : rules.tables)
        if (old.persist && std::ranges::find(loaded.tables, old.name, &pf::Table::name) == loaded.tables.end()) loaded.tables.push_back(std::move(old));
      rules.tables = std::move(loaded.tables);
    }
    if (wants('O')) rules.skipped = std::move(loaded.skipped), rules.timeouts = std::move(loaded.timeouts);
    if (wants('R')) rules.rules = std::move(loaded.rules), rules.scrubs = std::move(loaded.scrubs);
    if (wants('N')) rules.translations = std::move(loaded.translations);
    if (wants('R')) kept.first = free_numbers(kept.filters());
    if (wants('N')) kept.first_translation = free_numbers(rules.translations.size());
  }

  uint32_t free_numbers(size_t size) const {
    for (;;) {
      uint32_t first = pf::new_numbers();
      bool taken = std::ranges::any_of(pf_.whole.rulesets, [&](const auto& one) {
        std::vector<uint32_t> ids = one.second.ids();
        return std::ranges::any_of(ids, [&](uint32_t id) { return id >= first && id < first + size; });
      });
      if (!taken) return first;
    }
  }

  Pf& pf_;
  pf::Macros given_;
  std::vector<std::pair<std::string, std::string>> to_load_;
  std::vector<std::pair<std::string, pf::Parsed>> read_;  // by anchor
  int files_ = 0;
};

Result<size_t> forget(Pf& pf, const std::function<bool(const pf::Connection&)>& wanted) {
  CB_TRY(std::vector<pf::Connection> all, pf::connections(pf.socket));
  std::erase_if(all, [&](const pf::Connection& one) { return one.flags == 0 || !wanted(one); });
  if (!pf.has('n')) CB_CHECK(pf::forget(pf.socket, all));
  size_t states = 0;
  for (const pf::Connection& one : all) states += pf::lines_of(one).size();
  return states;
}

Result<> forget_states(Pf& pf) {
  CB_TRY(size_t count, forget(pf, [](const pf::Connection&) { return true; }));
  pf.say("{} states cleared", count);
  return {};
}

Result<> clear(Pf& pf, bool rules, bool nat, bool tables) {
  Ruleset& has = pf.ruleset().rules;
  size_t count = has.tables.size();
  if (rules) has.rules.clear(), has.scrubs.clear();
  if (nat) has.translations.clear();
  if (tables) has.tables.clear();
  if (rules && nat && tables && !pf.anchor.empty()) pf.whole.rulesets.erase(pf.anchor);
  if (pf.whole.loaded) CB_CHECK(pf.commit());
  if (rules) pf.say("rules cleared");
  if (nat) pf.say("nat cleared");
  if (tables) pf.say("{} tables deleted.", count);
  return {};
}

/// A host or a network, as an argument of -k.
Result<pf::TableEntry> host_of(const std::string& word) {
  CB_TRY(pf::TableEntry entry, pf::parse_entry(word));
  return entry;
}

bool is_in(const net::Ip& ip, const pf::TableEntry& entry) {
  return ip.v6 == entry.ip.v6 && net::network_of(ip, entry.length) == entry.ip;
}

std::vector<uint32_t> rules_with_label(const pf::Whole& whole, const std::string& label) {
  std::vector<uint32_t> out;
  for (const auto& [anchor, kept] : whole.rulesets)
    for (size_t i = 0; i < kept.rules.rules.size(); ++i)
      if (kept.rules.rules[i].label == label) out.push_back(kept.id_of_rule(i));
  return out;
}

}  // namespace

Result<> pf_load(Pf& pf, const std::string& path) { return Loader(pf).run(path); }

Result<> pf_flush(Pf& pf, const std::string& text) {
  static constexpr std::string_view words[] = {"nat", "queue", "rules", "Sources", "states", "info", "Tables", "osfp", "Reset", "all"};
  std::string what = word_like(text, words);
  if (what == "nat") return clear(pf, false, true, false);
  if (what == "rules") return clear(pf, true, false, false);
  if (what == "Tables") return clear(pf, false, false, true);
  if (what == "states") return forget_states(pf);
  if (what == "info") return pf_zero(pf);
  if (what == "all") {
    CB_CHECK(clear(pf, true, true, true));
    if (!pf.anchor.empty()) return {};
    CB_CHECK(forget_states(pf));
    return pf_zero(pf);
  }
  if (what.empty()) return fail(Why::invalid, "Unknown flush modifier '{}'", text);
  return fail(Why::unsupported, "-F {} is not supported on Linux", what);
}

Result<> pf_zero(Pf& pf) {
  if (pf.whole.loaded && !pf.has('n')) CB_CHECK(nft::zero_counters(pf.socket, nft::Family::inet, pf::nft_table));
  pf.say("pf: {} cleared", pf.has('z') ? "rule counters" : "statistics");
  return {};
}

Result<> pf_kill(Pf& pf) {
  std::vector<std::string> words = pf.options->values('k');
  if (words[0] == "label") {
    if (words.size() != 2) return fail(Why::invalid, "no label specified");
    std::vector<uint32_t> rules = rules_with_label(pf.whole, words[1]);
    auto has = [&rules](uint32_t rule) { return std::ranges::find(rules, rule) != rules.end(); };
    CB_TRY(size_t count, forget(pf, [&has](const pf::Connection& one) { return has(one.in) || has(one.out); }));
    pf.say("killed {} states", count);
    return {};
  }
  bool other = words[0] == "id" || words[0] == "gateway" || words[0] == "key" || words.size() > 2;
  if (other) return fail(Why::unsupported, "-k {} is not supported on Linux", words[0]);
  CB_TRY(pf::TableEntry from, host_of(words[0]));
  std::optional<pf::TableEntry> to;
  if (words.size() == 2) {
    CB_TRY(to, host_of(words[1]));
  }
  CB_TRY(size_t count, forget(pf, [&](const pf::Connection& one) {
    bool there = !to || is_in(one.reply_source.ip, *to) || is_in(one.destination.ip, *to);
    return there && is_in(one.source.ip, from);
  }));
  pf.say("killed {} states from 1 sources and {} destinations", count, words.size() - 1);
  return {};
}

}  // namespace cellblock::bsd
