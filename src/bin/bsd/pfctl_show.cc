// pfctl -s.
#include <algorithm>
#include <map>
#include <set>
#include <ctime>

#include "base/text.hpp"
#include "ifconfig_text.hpp"
#include "pf/print.hpp"
#include "pf/states.hpp"
#include "pf/timeouts.hpp"
#include "pfctl_stack.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

/// Packets and bytes that came in and went out.
struct Counted {
  uint64_t packets_in = 0, bytes_in = 0, packets_out = 0, bytes_out = 0;
};

class Show {
 public:
  explicit Show(Pf& pf) : pf_(pf) {}

  Result<> look() {
    if (!pf_.whole.loaded) return {};
    CB_TRY(std::vector<nft::Counter> counters, nft::counters(pf_.socket, nft::Family::inet, pf::nft_table));
    for (const nft::Counter& counter : counters) counters_[counter.name] = counter;
    CB_TRY(connections_, pf::connections(pf_.socket));
    std::erase_if(connections_, [](const pf::Connection& one) { return one.flags == 0; });
    return {};
  }

  Result<> one(std::string_view what) {
    if (what == "rules") return rules();
    if (what == "nat") return nat();
    if (what == "states") return states();
    if (what == "info") return info();
    if (what == "labels") return labels();
    if (what == "timeouts") return timeouts();
    if (what == "memory") return memory();
    if (what == "Tables") return tables();
    if (what == "Anchors") return anchors();
    if (what == "Interfaces") return interfaces();
    if (what == "Running") return running();
    if (what == "all") return all();
    return fail(Why::unsupported, "-s {} is not supported on Linux", what);
  }

 private:
  const pf::Kept* kept(const std::string& anchor) const {
    auto found = pf_.whole.rulesets.find(anchor);
    return found == pf_.whole.rulesets.end() ? nullptr : &found->second;
  }

  Counted counted(uint32_t id) const {
    auto of = [&](bool in) {
      auto found = counters_.find(pf::counter_of(id, in));
      return found == counters_.end() ? nft::Counter{} : found->second;
    };
    nft::Counter in = of(true), out = of(false);
    return {in.packets, in.bytes, out.packets, out.bytes};
  }

  size_t states_of(uint32_t id) const {
    size_t count = 0;
    for (const pf::Connection& one : connections_)
      count += (one.flags & pf::flag_in && one.in == id) + (one.flags & pf::flag_out && one.out == id);
    return count;
  }

  void title(std::string_view text) {
    if (!all_) return;
    fmt::print("{}{}\n", titled_ ? "\n" : "", text);
    titled_ = true;
  }

  void print(const pf::Rule& rule, size_t number, uint32_t id, const std::string& indent, std::string_view tail = "") {
    std::string at = pf_.verbose() > 1 ? fmt::format("@{} ", number) : "";
    fmt::print("{}{}{}{}\n", indent, at, pf::text_of(rule), tail);
    if (!pf_.verbose()) return;
    Counted seen = counted(id);
    fmt::print("{}  [ Evaluations: {:<8}  Packets: {:<8}  Bytes: {:<10}  States: {:<6}]\n", indent, "-", seen.packets_in + seen.packets_out,
               seen.bytes_in + seen.bytes_out, states_of(id));
  }

  /// An anchor that was written in braces without a name is shown so again, with -a ANCHOR/* every one.
  void print_rules(const std::string& anchor, const std::string& indent) {
    const pf::Kept* has = kept(anchor);
    if (!has) return;
    const pf::Ruleset& rules = has->rules;
    for (size_t i = 0; i < rules.scrubs.size(); ++i) print(rules.scrubs[i], i, has->first + static_cast<uint32_t>(i), indent);
    for (size_t i = 0; i < rules.rules.size(); ++i) {
      const pf::Rule& rule = rules.rules[i];
      bool braces = rule.action == pf::Action::anchor && (pf_.below || rule.anchor.starts_with('_'));
      print(rule, i, has->id_of_rule(i), indent, braces ? " {" : "");
      if (!braces) continue;
      print_called(anchor, rule.anchor, indent + "  ");
      fmt::print("{}}}\n", indent);
    }
  }

  void print_called(const std::string& from, const std::string& name, const std::string& indent) {
    for (const std::string& anchor : pf_.whole.called(from, name)) {
      if (!name.ends_with('*')) return print_rules(anchor, indent);
      fmt::print("{}anchor \"{}\" all {{\n", indent, anchor.substr(anchor.rfind('/') + 1));
      print_rules(anchor, indent + "  ");
      fmt::print("{}}}\n", indent);
    }
  }

  Result<> rules() {
    const pf::Kept* has = kept(pf_.anchor);
    if (has && has->rules.rules.size() + has->rules.scrubs.size() > 0) title("FILTER RULES:");
    if (pf_.below && !pf_.anchor.empty()) print_called("", pf_.anchor + "/*", "");
    else print_rules(pf_.anchor, "");
    return {};
  }

  Result<> nat() {
    const pf::Kept* has = kept(pf_.anchor);
    if (!has || has->rules.translations.empty()) return {};
    title("TRANSLATION RULES:");
    for (size_t i = 0; i < has->rules.translations.size(); ++i) print(has->rules.translations[i], i, has->id_of_translation(i), "");
    return {};
  }

  /// Which rule a number is of; pf counts those of a ruleset from 0.
  std::string rule_of(uint32_t id) const {
    for (const auto& [anchor, kept] : pf_.whole.rulesets)
      if (id >= kept.id_of_rule(0) && id < kept.id_of_rule(0) + kept.rules.rules.size())
        return fmt::format("{}rule {}", anchor.empty() ? "" : fmt::format("anchor {}, ", anchor), id - kept.id_of_rule(0));
    return "rule -";
  }

  Result<> states() {
    if (!connections_.empty()) title("STATES:");
    for (const pf::Connection& one : connections_) {
      size_t at = 0;
      for (const std::string& line : pf::lines_of(one)) {
        fmt::print("{}\n", line);
        bool in = one.flags & pf::flag_in && at++ == 0;
        if (pf_.verbose()) fmt::print("   expires in {:02}:{:02}:{:02}, {}\n", one.timeout / 3600, one.timeout / 60 % 60, one.timeout % 60, rule_of(in ? one.in : one.out));
      }
    }
    return {};
  }

  Result<> info() {
    title("INFO:");
    uint64_t now = static_cast<uint64_t>(std::time(nullptr)), since = pf_.whole.since, ago = since && now > since ? now - since : 0;
    std::string status = fmt::format("Status: {}", pf_.whole.enabled ? "Enabled" : "Disabled");
    if (since) status += fmt::format(" for {} days {:02}:{:02}:{:02}", ago / 86400, ago / 3600 % 24, ago / 60 % 60, ago % 60);
    fmt::print("{:<44} {:>15}\n\n", status, "Debug: Urgent");
    size_t states = 0;
    for (const pf::Connection& one : connections_) states += pf::lines_of(one).size();
    fmt::print("State Table                          Total             Rate\n  {:<25} {:>14} {:>14}\n", "current entries", states, "");
    return {};
  }

  Result<> labels() {
    for (const auto& [anchor, kept] : pf_.whole.rulesets) {
      if (anchor != pf_.anchor) continue;
      bool any = std::ranges::any_of(kept.rules.rules, [](const pf::Rule& rule) { return !rule.label.empty(); });
      if (any) title("LABEL COUNTERS:");
      for (size_t i = 0; i < kept.rules.rules.size(); ++i) {
        const std::string& label = kept.rules.rules[i].label;
        if (label.empty()) continue;
        uint32_t id = kept.id_of_rule(i);
        Counted seen = counted(id);
        fmt::print("{} - {} {} {} {} {} {} {}\n", label, seen.packets_in + seen.packets_out, seen.bytes_in + seen.bytes_out, seen.packets_in,
                   seen.bytes_in, seen.packets_out, seen.bytes_out, states_of(id));
      }
    }
    return {};
  }

  static std::string setting(const std::string& name) {
    auto text = sys::read_file("/proc/sys/net/netfilter/nf_conntrack_" + name);
    return text ? std::string(trim(*text)) : "";
  }

  /// What is set, or what connection tracking has for the same.
  Result<> timeouts() {
    title("TIMEOUTS:");
    const pf::Timeouts& set = pf_.whole.timeouts();
    for (const auto& [name, setting_name] : pf::timeout_names()) {
      auto found = set.find(std::string(name));
      std::string value = found == set.end() ? setting(std::string(setting_name)) : std::to_string(found->second);
      if (!value.empty()) fmt::print("{:<20} {:>10}s\n", name, value);
    }
    return {};
  }

  Result<> memory() {
    title("LIMITS:");
    std::string most = setting("max");
    fmt::print("{:<13} {}\n", "states", most.empty() ? "unlimited" : fmt::format("hard limit {:>8}", most));
    for (std::string_view name : {"src-nodes", "frags", "table-entries"}) fmt::print("{:<13} unlimited\n", name);
    return {};
  }

  /// Whether a rule names the table, of this ruleset or of one that has no such table itself.
  bool is_asked(const std::string& table) const {
    for (const auto& [anchor, kept] : pf_.whole.rulesets) {
      if (pf_.whole.home_of(anchor, table) != pf_.anchor) continue;
      for (const auto* list : {&kept.rules.scrubs, &kept.rules.translations, &kept.rules.rules})
        for (const pf::Rule& rule : *list)
          if (rule.from.address.is_table(table) || rule.to.address.is_table(table) || rule.limits.overload == table) return true;
    }
    return false;
  }

  Result<> tables() {
    const pf::Kept* has = kept(pf_.anchor);
    if (!has || has->rules.tables.empty()) return {};
    title("TABLES:");
    std::vector<pf::Table> all = has->rules.tables;
    std::ranges::sort(all, {}, &pf::Table::name);
    for (const pf::Table& table : all) {
      std::string flags = fmt::format("{}{}a-{}--\t", table.constant ? 'c' : '-', table.persist ? 'p' : '-', is_asked(table.name) ? 'r' : '-');
      std::string within = pf_.anchor.empty() ? "" : "\t" + pf_.anchor;
      fmt::print("{}{}{}\n", pf_.verbose() ? flags : "", table.name, pf_.verbose() ? within : "");
      if (!pf_.verbose()) continue;
      CB_TRY(std::vector<pf::Listed> entries, pf::entries_of(pf_.socket, pf_.anchor, table.name));
      fmt::print("\tAddresses:   {}\n", entries.size());
    }
    return {};
  }

  /// Those directly below, with -v all.
  Result<> anchors() {
    std::string below = pf_.anchor.empty() ? "" : pf_.anchor + "/";
    std::set<std::string> seen;
    for (const auto& [anchor, kept] : pf_.whole.rulesets) {
      if (anchor.size() <= below.size() || !anchor.starts_with(below)) continue;
      size_t slash = anchor.find('/', below.size());
      std::string name = pf_.verbose() || slash == anchor.npos ? anchor : anchor.substr(0, slash);
      bool unnamed = name.substr(name.rfind('/') + 1).starts_with('_');
      if (seen.insert(name).second && !unnamed) fmt::print("  {}\n", name);
    }
    return {};
  }

  Result<> interfaces() {
    const std::vector<std::string>& skipped = pf_.whole.rulesets[""].rules.skipped;
    std::vector<std::string> names{"all"};
    for (const net::Link& link : pf_.machine.links()) names.push_back(shown_name(link.name));
    std::ranges::sort(names);
    for (const std::string& name : names) {
      bool skip = std::ranges::find(skipped, name) != skipped.end();
      if (pf_.has('i') && pf_.options->value('i') != name) continue;
      fmt::print("{}{}\n", name, skip && pf_.verbose() ? " (skip)" : "");
    }
    return {};
  }

  /// The exit status says it too.
  Result<> running() {
    fmt::print("{}\n", pf_.whole.enabled ? "Enabled" : "Disabled");
    return pf_.whole.enabled ? Result<>{} : Result<>(tl::unexpected(Error{Why::failed, 0, {}}));
  }

  Result<> all() {
    all_ = true;
    for (std::string_view what : {"nat", "rules", "states", "info", "labels", "timeouts", "memory", "Tables"}) CB_CHECK(one(what));
    return {};
  }

  Pf& pf_;
  std::map<std::string, nft::Counter> counters_;
  std::vector<pf::Connection> connections_;
  bool all_ = false, titled_ = false;
};

}  // namespace

Result<> pf_show(Pf& pf, const std::string& text) {
  static constexpr std::string_view words[] = {"ether",  "nat",    "queue",    "rules",  "Anchors", "Sources", "states", "info",      "Interfaces",
                                               "labels", "timeouts", "memory", "Tables", "osfp",    "Running", "all",    "creatorids"};
  std::string what = word_like(text, words);
  if (what.empty()) return fail(Why::invalid, "Unknown show modifier '{}'", text);
  Show show(pf);
  CB_CHECK(show.look());
  return show.one(what);
}

}  // namespace cellblock::bsd
