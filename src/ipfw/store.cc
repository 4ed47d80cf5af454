// The rules' texts lie in a chain that nothing leads to (nft/text.hpp), by three numbers: of the rule, its order, its id.
// With number 0: what is no rule, told apart by the id (Line).
#include <endian.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "base/text.hpp"
#include "ipfw/compile.hpp"
#include "nft/text.hpp"

namespace cellblock::ipfw {
namespace {

constexpr std::string_view texts = "texts";

/// What a line of number 0 is.
enum Line : uint32_t { nat_line = 0, off_line = 1, natd_line = 2, switches_line = 3 };

uint32_t number_at(std::string_view key, size_t at) {
  uint32_t out = 0;
  if (key.size() >= (at + 1) * 4) std::memcpy(&out, key.data() + at * 4, 4);
  return be32toh(out);
}

Result<> take_text(Ruleset& out, std::string_view key, const std::string& text) {
  std::vector<std::string> words = split_words(text);
  if (number_at(key, 0) == 0 && number_at(key, 2) == off_line) {
    out.off = static_cast<uint32_t>(parse_int(text).value_or(0));
    return {};
  }
  if (number_at(key, 0) == 0 && number_at(key, 2) == switches_line) {
    for (const std::string& word : words)  // those that are off
      if (bool* value = out.switches.find(word)) *value = false;
    return {};
  }
  if (number_at(key, 0) == 0) {
    CB_TRY(Nat nat, parse_nat(number_at(key, 1), words));
    nat.diverted = number_at(key, 2) == natd_line;
    out.nats.push_back(std::move(nat));
    return {};
  }
  CB_TRY(Rule rule, parse_rule(words));
  rule.number = number_at(key, 0);
  out.rules.push_back({number_at(key, 1), number_at(key, 2), std::move(rule)});
  return {};
}

/// What is kept, as text.
std::vector<nft::Text> lines_of(const Ruleset& rules) {
  std::vector<nft::Text> out;
  auto put = [&out](uint32_t number, uint32_t order, uint32_t id, std::string text) {
    out.push_back({nft::be32(number) + nft::be32(order) + nft::be32(id), std::move(text)});
  };
  for (const Kept& kept : rules.rules) {
    const Rule& rule = kept.rule;
    put(rule.number, kept.order, kept.id, rule.set ? fmt::format("set {} {}", rule.set, rule.text) : rule.text);
  }
  for (const Nat& nat : rules.nats) put(0, nat.number, nat.diverted ? natd_line : nat_line, nat.text);
  std::string off;
  for (std::string_view name : {"enable", "one_pass", "verbose"})
    if (Switches all = rules.switches; !*all.find(name)) off += fmt::format("{} ", name);
  if (!off.empty()) put(0, 0, switches_line, off);
  if (rules.off) put(0, 0, off_line, fmt::format("{}", rules.off));
  return out;
}

TableType type_for(Test test) {
  switch (test) {
    case Test::source:
    case Test::destination: return TableType::addr;
    case Test::receive:
    case Test::transmit:
    case Test::via: return TableType::iface;
    case Test::flow: return TableType::flow;
    default: return TableType::number;
  }
}

template <class Rules, class Each>
void each_reference(Rules& rules, Each each) {
  for (auto& kept : rules.rules)
    for (auto& term : kept.rule.terms)
      for (auto& match : term.any)
        if (!match.table.empty()) each(match);
}

bool is_limit(const std::string& set) { return set.starts_with("l4.") || set.starts_with("l6."); }

/// Tables that are new, and those that nobody wants any more.
void change_tables(nft::Batch& batch, const std::vector<nft::Set>& seen, const Ruleset& wanted) {
  std::set<std::string> keep;
  for (const Table& each : wanted.tables)
    for (nft::Set& set : sets_of(each)) {
      keep.insert(set.name);
      if (std::ranges::find(seen, set.name, &nft::Set::name) == seen.end()) batch.add(set);
    }
  for (const nft::Set& set : seen)
    // Those without a name of their own go with the rules that ask them.
    if (!set.name.starts_with("__") && !is_limit(set.name) && !keep.contains(set.name)) batch.remove_set(set.name);
}

bool has(const std::vector<std::string>& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

/// The limits of what is logged, of which `there` are there. No rule asks one: those of before are gone.
void change_limits(nft::Batch& batch, const std::vector<std::string>& there, const Ruleset& wanted) {
  std::vector<std::string> kept_limits;
  for (const Kept& kept : wanted.rules) {
    auto limit = log_limit_of(kept);
    if (!limit) continue;
    kept_limits.push_back(limit->name);
    bool is_there = has(there, limit->name), anew = std::ranges::find(wanted.logs_anew, kept.id) != wanted.logs_anew.end();
    if (is_there && anew) batch.remove_limit(limit->name);
    if (!is_there || anew) batch.add(*limit);
  }
  for (const std::string& name : there)
    if (!has(kept_limits, name)) batch.remove_limit(name);
}

}  // namespace

bool* Switches::find(std::string_view name) {
  return name == "enable" ? &firewall : name == "one_pass" ? &one_pass : name == "verbose" ? &verbose : nullptr;
}

const Table* Ruleset::table(std::string_view name) const {
  auto found = std::ranges::find(tables, name, &Table::name);
  return found == tables.end() ? nullptr : &*found;
}

void Ruleset::find_jails(const std::function<Group(uint32_t)>& group_of) {
  for (Kept& kept : rules)
    for (Term& term : kept.rule.terms)
      for (Match& match : term.any)
        if (match.test == Test::jail) match.group = group_of(match.low);
}

Result<> name_tables(Ruleset& rules) {
  std::optional<Error> wrong;
  each_reference(rules, [&](Match& match) {
    TableType type = type_for(match.test);
    const Table* has = rules.table(match.table);
    if (!has) rules.tables.push_back({match.table, type});
    else if (has->type != type) wrong = Error{Why::invalid, 0, {fmt::format("table({}): has type {}, not {}", match.table, text_of(has->type), text_of(type))}};
    else if (type == TableType::flow) match.low = has->fields;
    if (!has && type == TableType::flow) match.low = all_fields;
  });
  if (wrong) return tl::unexpected(std::move(*wrong));
  return {};
}

size_t references(const Ruleset& rules, std::string_view name) {
  size_t count = 0;
  each_reference(rules, [&](const Match& match) { count += match.table == name; });
  return count;
}

static Result<Ruleset> read(sys::netlink::Socket& socket, Unread unread) {
  Ruleset out;
  CB_TRY(out.loaded, nft::has_table(socket, nft::Family::inet, table));
  if (!out.loaded) return out;
  CB_TRY(std::vector<nft::Set> sets, nft::sets(socket, nft::Family::inet, table));
  for (const nft::Set& set : sets) {
    if (!set.name.starts_with(list_prefix)) continue;
    Table known = table_of_type(set.userdata).value_or(Table{});
    known.name = set.name.substr(list_prefix.size());
    out.tables.push_back(std::move(known));
  }
  std::ranges::sort(out.tables, {}, &Table::name);
  CB_TRY(std::vector<nft::Text> lines, nft::texts(socket, nft::Family::inet, table, texts));
  for (const nft::Text& line : lines)
    if (auto taken = take_text(out, line.key, line.text); !taken && unread == Unread::refused) return pass(taken.error());
  return out;
}

Result<Ruleset> read_ruleset(sys::netlink::Socket& socket, Unread unread) {
  return nft::read_still<Ruleset>(socket, [&] { return read(socket, unread); });
}

Result<nft::Batch> change(sys::netlink::Socket& socket, const Ruleset& wanted) {
  CB_TRY(bool loaded, nft::has_table(socket, nft::Family::inet, table));
  CB_TRY(std::vector<nft::SeenChain> chains, nft::chains(socket, nft::Family::inet, table));
  CB_TRY(std::vector<nft::Counter> counters, nft::counters(socket, nft::Family::inet, table));
  CB_TRY(std::vector<nft::Set> sets, nft::sets(socket, nft::Family::inet, table));
  CB_TRY(std::vector<std::string> limits, nft::objects(socket, nft::Family::inet, table, NFT_OBJECT_LIMIT));
  nft::Batch batch;
  batch.since(wanted.generation).add(nft::Table{.name = std::string(table)});
  if (loaded) batch.flush();
  batch.add(nft::Chain{.name = std::string(texts), .base = {}, .userdata = {}});
  change_tables(batch, sets, wanted);
  change_limits(batch, limits, wanted);
  std::set<std::string> counts{counter_of(0)}, counted;
  for (const Kept& kept : wanted.rules) counts.insert(counter_of(kept.id));
  for (const nft::Counter& counter : counters) counted.insert(counter.name);
  for (const std::string& name : counts)
    if (!counted.contains(name)) batch.add(nft::Counter{name});
  for (const nft::Text& line : lines_of(wanted)) nft::put_text(batch, texts, line.key, line.text);
  CB_TRY(Made made, compile(wanted, batch));
  std::set<std::string> led_to(made.chains.begin(), made.chains.end());
  for (const nft::SeenChain& chain : chains)
    if (chain.name != texts && !led_to.contains(chain.name)) batch.remove_chain(chain.name);
  for (const nft::Set& set : sets)
    if (is_limit(set.name) && std::ranges::find(made.sets, set.name) == made.sets.end()) batch.remove_set(set.name);
  for (const nft::Counter& counter : counters)
    if (!counts.contains(counter.name)) batch.remove_counter(counter.name);
  return batch;
}

/// Nothing but tables' entries is another than it was: the rules may stay as they are.
static bool same_rules(const Ruleset& one, const Ruleset& other) {
  auto same_table = [](const Table& a, const Table& b) { return a.name == b.name && a.type == b.type && a.fields == b.fields; };
  auto same_line = [](const nft::Text& a, const nft::Text& b) { return a.key == b.key && a.text == b.text; };
  return other.logs_anew.empty() && std::ranges::equal(one.tables, other.tables, same_table) && std::ranges::equal(lines_of(one), lines_of(other), same_line);
}

static Result<> try_edit(sys::netlink::Socket& socket, const Edit& change_rules, bool commits, Unread unread) {
  CB_TRY(Ruleset rules, read_ruleset(socket, unread));
  Ruleset before = rules;
  CB_CHECK(change_rules(rules));
  nft::Batch batch;
  if (rules.loaded && !rules.entries.empty() && same_rules(before, rules)) {
    batch.since(rules.generation).in(nft::Family::inet, table);
  } else {
    CB_CHECK(name_tables(rules));
    CB_CHECK(find_interfaces(rules));
    CB_TRY(batch, change(socket, rules));
  }
  batch.in(nft::Family::inet, table);
  for (const auto& [name, entries] : rules.entries)
    if (const Table* of = rules.table(name)) change_entries(batch, *of, entries.before, entries.after);
  auto done = commits ? batch.commit(socket) : Result<>();
  // Each place is a chain that the one before leads to, and the kernel follows 16 of them.
  if (!done && done.error().sys == EMLINK)
    return fail(Why::invalid, "skipto: too many places to go on at: this system takes about ten that differ");
  return done;
}

Result<> edit(sys::netlink::Socket& socket, const Edit& change_rules, bool commits, Unread unread) {
  for (;;) {
    auto done = try_edit(socket, change_rules, commits, unread);
    // A dump that a change cut short says EINTR.
    bool again = !done && (done.error().sys == ERESTART || done.error().sys == EINTR);
    if (!again) return done;
  }
}

Result<std::vector<Entry>> entries_of(sys::netlink::Socket& socket, const Table& of) {
  std::vector<Entry> out;
  CB_TRY(std::vector<nft::Element> all, nft::elements(socket, nft::Family::inet, table, set_name("table", of.name)));
  for (const nft::Element& element : all)
    if (auto entry = entry_of(of, element)) out.push_back(*entry);
  sort(out);
  return out;
}

Result<Entries*> entries_to_change(sys::netlink::Socket& socket, Ruleset& rules, const std::string& name) {
  if (auto known = rules.entries.find(name); known != rules.entries.end()) return &known->second.after;
  auto seen = entries_of(socket, *rules.table(name));
  if (!seen && seen.error().why != Why::absent) return pass(seen.error());
  TableChange& made = rules.entries[name];
  // One that is new has none.
  if (seen) made.before = made.after = {seen->begin(), seen->end()};
  return &made.after;
}

}  // namespace cellblock::ipfw
