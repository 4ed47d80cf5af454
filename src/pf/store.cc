#include "pf/store.hpp"

#include <endian.h>
#include <sys/random.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "nft/text.hpp"
#include "pf/overload.hpp"
#include "pf/print.hpp"
#include "pf/timeouts.hpp"

namespace cellblock::pf {
namespace {

using sys::netlink::Socket;

constexpr auto inet = nft::Family::inet;
constexpr std::string_view texts = "texts", counts_in = "in", counts_out = "out";

/// Texts name no machine: addresses are numbers in them.
class Nothing final : public Machine {
 public:
  std::vector<TableEntry> addresses(const std::string&, Part) const override { return {}; }
  std::optional<uint32_t> user(const std::string&) const override { return {}; }
  std::optional<uint32_t> group(const std::string&) const override { return {}; }
};

/// The first line of a ruleset's text: the numbers of its first rules, what is noted of the whole, its name.
std::string text_of(const std::string& anchor, const Kept& kept, uint64_t since) {
  Ruleset rules = kept.rules;
  for (Table& table : rules.tables) table.given = false;
  return fmt::format("{} {} {} {}\n{}", kept.first, kept.first_translation, since, anchor, text_of(rules));
}

Result<> take_text(Whole& whole, std::string_view text) {
  std::string_view line = take_part(text, '\n');
  auto first = parse_int(take_part(line, ' ')), translation = parse_int(take_part(line, ' ')), since = parse_int(take_part(line, ' '));
  conf::MemorySources none;
  Parsed parsed = parse_text(none, "pf", std::string(text), Nothing());
  if (!first || !translation || !since || !parsed.problems.empty())
    return fail(Why::invalid, "what the kernel keeps is not pf's: {}", parsed.problems.empty() ? "no number" : parsed.problems[0].text());
  whole.rulesets[std::string(line)] = {std::move(parsed.rules), static_cast<uint32_t>(*first), static_cast<uint32_t>(*translation)};
  whole.since = static_cast<uint64_t>(*since);
  return {};
}

/// What the kernel has of the table "pf", and what becomes of it.
class Change {
 public:
  Change(const Whole& wanted, const Machine& machine) : wanted_(wanted), tables_(tables_of(wanted, machine)) {}

  Result<> look(Socket& socket) {
    std::string table(nft_table);
    CB_TRY(loaded_, nft::has_table(socket, inet, table));
    if (!loaded_) return {};
    CB_TRY(std::vector<nft::SeenChain> chains, nft::chains(socket, inet, table));
    CB_TRY(std::vector<nft::Set> sets, nft::sets(socket, inet, table));
    CB_TRY(std::vector<nft::Counter> counters, nft::counters(socket, inet, table));
    CB_TRY(std::vector<std::string> timeouts, nft::objects(socket, inet, table, NFT_OBJECT_CT_TIMEOUT));
    timeouts_.insert(timeouts.begin(), timeouts.end());
    for (const nft::SeenChain& chain : chains) chains_.insert(chain.name);
    for (const nft::Set& set : sets) sets_.insert(set.name);
    for (const nft::Counter& counter : counters) counters_.insert(counter.name);
    return look_at_hosts(socket);
  }

  Result<nft::Batch> run() {
    batch_.since(wanted_.generation);
    batch_.add(nft::Table{.family = inet, .name = std::string(nft_table), .flags = wanted_.enabled ? 0u : uint32_t{NFT_TABLE_F_DORMANT}, .userdata = {}});
    if (loaded_) batch_.flush();
    put_texts();
    maps();
    for (const WantedTable& table : tables_) fill(table);
    counters();
    timeouts();
    CB_TRY(Compiled compiled, compile(wanted_, tables_, batch_));
    // What rules have counted stays with those that stay: their numbers are in the names.
    kept_.insert(compiled.sets.begin(), compiled.sets.end());
    for (const std::string& name : sets_)
      if (!kept_.contains(name)) batch_.remove_set(name);
    for (const std::string& name : chains_)
      if (name != texts && std::ranges::find(compiled.chains, name) == compiled.chains.end()) batch_.remove_chain(name);
    return std::move(batch_);
  }

 private:
  Result<> look_at_hosts(Socket& socket) {
    for (const WantedTable& wanted : tables_)
      for (const nft::Set& set : host_sets_of(wanted.anchor, wanted.name)) {
        if (!wanted.given || !sets_.contains(set.name)) continue;
        CB_TRY(hosts_[set.name], nft::elements(socket, inet, nft_table, set.name));
      }
    return {};
  }

  /// Makes sure that the set is there. True: it wasn't.
  bool keep(const nft::Set& set) {
    kept_.insert(set.name);
    if (sets_.contains(set.name)) return false;
    batch_.add(set);
    return true;
  }

  void put_texts() {
    batch_.add(nft::Chain{.name = std::string(texts), .base = {}, .userdata = {}});
    uint32_t number = 0;
    for (const auto& [anchor, kept] : wanted_.rulesets) nft::put_text(batch_, texts, nft::be32(number++), text_of(anchor, kept, wanted_.since));
  }

  void maps() {
    for (std::string_view name : {counts_in, counts_out})
      if (!keep({.name = std::string(name), .key_size = 4, .object_type = NFT_OBJECT_COUNTER})) batch_.flush_set(name);
  }

  void fill(const WantedTable& table) {
    bool is_new = false;
    for (const nft::Set& set : sets_of(table.anchor, table.name)) is_new = keep(set) || is_new;
    if (table.filled_by_rules)
      for (const nft::Set& set : host_sets_of(table.anchor, table.name))
        if (!keep(set) && table.given) batch_.remove(nft::SetRef{set.name}, missing_from(table.entries, hosts_[set.name]));
    if (!is_new && !table.given) return;
    auto put = [&](std::string_view of, const std::vector<nft::Element>& elements) {
      std::string name = set_name(table.anchor, table.name, of);
      if (!is_new) batch_.flush_set(name);
      if (!elements.empty()) batch_.add(nft::SetRef{name}, elements);
    };
    std::vector<Listed> listed;
    for (const TableEntry& entry : table.entries) listed.push_back({entry, 0});
    put("all", list_of(listed));
    put("4", ranges_of(table.entries, false));
    put("6", ranges_of(table.entries, true));
  }

  /// One for each rule and way, and the maps from a rule's number to them.
  void counters() {
    std::set<std::string> wanted;
    std::vector<nft::Element> in, out;
    for (const auto& [anchor, kept] : wanted_.rulesets)
      for (uint32_t id : kept.ids()) {
        for (bool way : {true, false}) {
          wanted.insert(counter_of(id, way));
          (way ? in : out).push_back({.key = nft::host32(id), .object = counter_of(id, way)});
        }
      }
    for (const std::string& name : wanted)
      if (!counters_.contains(name)) batch_.add(nft::Counter{name});
    batch_.add(nft::SetRef{std::string(counts_in)}, in).add(nft::SetRef{std::string(counts_out)}, out);
    for (const std::string& name : counters_)
      if (!wanted.contains(name)) batch_.remove_counter(name);
  }

  void timeouts() {
    for (const nft::ConnectionTimeout& timeout : objects_of(wanted_.timeouts()))
      if (!timeouts_.erase(timeout.name)) batch_.add(timeout);
    for (const std::string& name : timeouts_) batch_.remove_timeout(name);
  }

  const Whole& wanted_;
  std::vector<WantedTable> tables_;
  bool loaded_ = false;
  std::set<std::string> chains_, sets_, counters_, timeouts_, kept_;
  std::map<std::string, std::vector<nft::Element>> hosts_;  // that rules have noted, of the tables that are given
  nft::Batch batch_;
};

}  // namespace

static Result<Whole> read(Socket& socket) {
  Whole out;
  CB_TRY(std::vector<nft::Table> tables, nft::tables(socket));
  for (const nft::Table& table : tables)
    if (table.family == inet && table.name == nft_table) {
      out.loaded = true;
      out.enabled = !(table.flags & NFT_TABLE_F_DORMANT);
    }
  if (!out.loaded) {
    out.rulesets[""];
    return out;
  }
  CB_TRY(std::vector<nft::Text> all, nft::texts(socket, inet, nft_table, texts));
  for (const nft::Text& one : all) CB_CHECK(take_text(out, one.text));
  out.rulesets[""];
  return out;
}

Result<Whole> read_whole(Socket& socket) {
  return nft::read_still<Whole>(socket, [&socket] { return read(socket); });
}

Result<nft::Batch> change(Socket& socket, const Whole& wanted, const Machine& machine) {
  Change change(wanted, machine);
  CB_CHECK(change.look(socket));
  return change.run();
}

uint32_t new_numbers() {
  uint32_t out = 1;
  if (::getrandom(&out, sizeof out, 0) != sizeof out) out = 1;
  return out & 0x7fff0000u ? (out & 0x7fffffffu) : 0x10000u;
}

Result<std::vector<Listed>> entries_of(Socket& socket, const std::string& anchor, const std::string& table) {
  std::vector<Listed> out;
  CB_TRY(std::vector<nft::Set> sets, nft::sets(socket, inet, nft_table));
  for (std::string_view of : {"all", "h4", "h6"}) {
    std::string name = set_name(anchor, table, of);
    if (std::ranges::find(sets, name, &nft::Set::name) == sets.end()) continue;
    CB_TRY(std::vector<nft::Element> all, nft::elements(socket, inet, nft_table, name));
    for (const nft::Element& element : all)
      if (auto listed = listed_of(element)) out.push_back(*listed);
  }
  std::ranges::sort(out, {}, &Listed::entry);
  auto again = std::unique(out.begin(), out.end(), [](const Listed& a, const Listed& b) { return a.entry == b.entry; });
  out.erase(again, out.end());
  return out;
}

Result<> set_entries(Socket& socket, const Whole& whole, const std::string& anchor, const std::string& table, const std::vector<Listed>& entries) {
  CB_CHECK(end_overloaded(socket));
  CB_TRY(std::vector<nft::Set> sets, nft::sets(socket, inet, nft_table));
  nft::Batch batch;
  batch.since(whole.generation).in(inet, nft_table);
  std::vector<TableEntry> plain;
  for (const Listed& listed : entries) plain.push_back(listed.entry);
  auto is_there = [&sets](const std::string& name) { return std::ranges::find(sets, name, &nft::Set::name) != sets.end(); };
  auto put = [&](std::string_view of, const std::vector<nft::Element>& elements) {
    std::string name = set_name(anchor, table, of);
    if (!is_there(name)) return;
    batch.flush_set(name);
    if (!elements.empty()) batch.add(nft::SetRef{name}, elements);
  };
  put("all", list_of(entries));
  put("4", ranges_of(plain, false));
  put("6", ranges_of(plain, true));
  // Hosts that rules have noted stay: with them the states that this has ended.
  for (const nft::Set& set : host_sets_of(anchor, table)) {
    if (!is_there(set.name)) continue;
    CB_TRY(std::vector<nft::Element> hosts, nft::elements(socket, inet, nft_table, set.name));
    batch.remove(nft::SetRef{set.name}, missing_from(plain, hosts));
  }
  return batch.commit(socket);
}

}  // namespace cellblock::pf
