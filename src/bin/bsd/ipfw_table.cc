// ipfw(8): tables.
#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "base/text.hpp"
#include "ipfw_session.hpp"

namespace cellblock::bsd {
namespace {

using ipfw::Entry;
using ipfw::Table;

/// The entry that decides for an address: the narrowest.
const Entry* entry_for(const std::vector<Entry>& entries, ipfw::TableType type, const Entry& key) {
  const Entry* best = nullptr;
  for (const Entry& entry : entries) {
    bool covers = type != ipfw::TableType::addr
                      ? entry.same_key(key)
                      : entry.ip.v6 == key.ip.v6 && entry.length <= key.length && net::network_of(key.ip, entry.length) == entry.ip;
    if (covers && (!best || entry.length >= best->length)) best = &entry;
  }
  return best;
}

/// The type of a table that an entry's key makes where there is none yet.
ipfw::TableType type_by_key(std::string_view text) {
  if (net::parse_prefix(text)) return ipfw::TableType::addr;
  return parse_int(text) ? ipfw::TableType::number : ipfw::TableType::iface;
}

/// What a command adds to a table or deletes.
struct Entering {
  bool adds = false, replaces = false;
  Words keys;  ///< with values behind them
};

/// One of them.
Result<std::string> enter_one(const Entering& entering, const Table& table, const Entry& entry, ipfw::Entries& entries, std::vector<Entry>& before) {
  auto same = entries.find(entry);
  bool is_there = same != entries.end();
  if (!entering.adds && !is_there) return fail(Why::absent, "Deleting record failed: record not found");
  if (entering.adds && is_there && !entering.replaces) return fail(Why::exists, "Adding record failed: record already exists");
  if (is_there) {
    before.push_back(*same);
    entries.erase(same);
  }
  if (entering.adds) entries.insert(entry);
  return fmt::format("{}: {}", entering.adds ? "added" : "deleted", ipfw::text_of(table, entry));
}

/// All of them.
Result<> enter_each(const Entering& entering, const Table& table, ipfw::Entries& entries, std::vector<Entry>& done, std::vector<Entry>& before, std::vector<std::string>& said) {
  const Words& keys = entering.keys;
  for (size_t i = 0; i < keys.size(); ++i) {
    CB_TRY(Entry entry, ipfw::parse_key(table.type, keys[i], table.fields));
    auto value = entering.adds && i + 1 < keys.size() ? ipfw::parse_value(keys[i + 1]) : std::nullopt;
    // The next word is a value unless there is none: an address may be next.
    bool has_value = entering.adds && i + 1 < keys.size() && (value || keys.size() == 2);
    if (has_value && !value) return fail(Why::invalid, "Unable to parse value {}", keys[i + 1]);
    i += has_value;
    entry.value = value.value_or(0);
    CB_TRY(std::string line, enter_one(entering, table, entry, entries, before));
    done.push_back(entry);
    said.push_back(std::move(line));
  }
  return {};
}

/// All or none: other lines of a file may be in the same transaction.
Result<> enter(const Entering& entering, const Table& table, ipfw::Entries& entries, std::vector<std::string>& said) {
  std::vector<Entry> done, before;
  auto all = enter_each(entering, table, entries, done, before, said);
  if (all) return {};
  for (const Entry& each : done) entries.erase(each);
  // The first of what stood under a key is what was there.
  for (const Entry& each : before) entries.insert(each);
  return all;
}

}  // namespace

int IpfwSession::table(const Words& words) {
  if (words.empty()) return refuse("table needs name", ex_usage);
  if (words.size() < 2) return refuse("table needs command", ex_usage);
  const std::string &name = words[0], &verb = words[1];
  Words rest(words.begin() + 2, words.end());
  if (name == "all") return all_tables({words.begin() + 1, words.end()});
  if (!ipfw::is_table_name(name)) return refuse(fmt::format("table name {} is invalid", name), ex_usage);
  if (verb == "create") return create_table(name, rest);
  if (verb == "destroy") return destroy_table(name);
  if ((verb == "add" || verb == "delete") && rest.empty()) return refuse("address required", ex_usage);
  if (verb == "add" || verb == "delete") return make(changing_table(words));
  if (verb == "flush") return flush_table(name);
  if (verb == "swap") return swap_tables(name, rest);
  if (verb == "lookup") return look_up(name, rest);
  for (std::string_view lacking : {"modify", "detail", "atomic", "lock", "unlock"})
    if (verb == lacking) return refuse(fmt::format("table {}: not supported on this system", verb), ex_unavailable);
  auto rules = ipfw::read_ruleset(socket_);
  if (!rules) return refuse(rules.error());
  if (verb == "list" || verb == "show") return show_table(*rules, name, false);
  if (verb == "info") return table_info(*rules, name);
  return refuse(fmt::format("invalid table command {}", verb), ex_usage);
}

int IpfwSession::all_tables(const Words& words) {
  const std::string& verb = words[0];
  auto rules = ipfw::read_ruleset(socket_);
  if (!rules) return refuse(rules.error());
  int status = 0;
  for (const Table& table : rules->tables) {
    if (verb == "list" || verb == "show") status = show_table(*rules, table.name, true);
    else if (verb == "info") status = table_info(*rules, table.name);
    else if (verb == "flush") status = flush_table(table.name);
    else if (verb == "destroy") status = destroy_table(table.name);
    else return refuse(fmt::format("table all {}: not all tables at once", verb), ex_usage);
    if (status) break;
  }
  return status;
}

int IpfwSession::create_table(const std::string& name, const Words& words) {
  Table made{name};
  bool or_flush = false;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "missing") continue;
    if (words[i] == "or-flush") {
      or_flush = true;
      continue;
    }
    bool typed = words[i] == "type" && i + 1 < words.size();
    bool legacy = words[i] == "valtype" && i + 1 < words.size() && words[i + 1] == "legacy";
    auto type = typed ? ipfw::table_of_type(words[i + 1]) : std::nullopt;
    if (!legacy && !type) {
      std::string bad = i + 1 < words.size() ? fmt::format("{} {}", words[i], words[i + 1]) : words[i];
      return refuse(fmt::format("table create {}: not supported on this system", bad), ex_unavailable);
    }
    if (type) made = {name, type->type, type->fields};
    ++i;
  }
  bool missing = std::ranges::find(words, "missing") != words.end(), was_there = false;
  auto done = edit([&](ipfw::Ruleset& rules) -> Result<> {
    was_there = rules.table(name);
    if (was_there && !missing && !or_flush) return sys_fail(EEXIST, "Table creation failed");
    if (!was_there) rules.tables.push_back(made);
    return {};
  });
  if (!done) return refuse(done.error().sys == EEXIST ? "Table creation failed: File exists" : done.error().text(), ex_oserr);
  return was_there && or_flush ? flush_table(name) : 0;
}

int IpfwSession::destroy_table(const std::string& name) {
  return refuse_unless(edit([&](ipfw::Ruleset& rules) -> Result<> {
    if (!rules.table(name)) return fail(Why::absent, "failed to destroy table {}: No such process", name);
    if (ipfw::references(rules, name)) return fail(Why::busy, "failed to destroy table {}: Device busy", name);
    std::erase_if(rules.tables, [&](const Table& table) { return table.name == name; });
    return {};
  }));
}

Result<IpfwSession::Change> IpfwSession::changing_table(const Words& words) {
  bool adds = words.size() > 1 && words[1] == "add";
  if (words.size() < 3 || !ipfw::is_table_name(words[0]) || (!adds && words[1] != "delete")) return fail(Why::invalid, "address required");
  auto said = std::make_shared<std::vector<std::string>>();
  Entering entering{.adds = adds, .replaces = is_quiet(), .keys = Words(words.begin() + 2, words.end())};
  return Change{[this, name = words[0], entering, said](ipfw::Ruleset& rules) -> Result<> {
                  said->clear();
                  bool is_new = !rules.table(name);
                  if (is_new && !entering.adds) return fail(Why::absent, "Deleting record failed: Table not found");
                  if (is_new) rules.tables.push_back({name, type_by_key(entering.keys[0])});
                  CB_TRY(ipfw::Entries * entries, ipfw::entries_to_change(socket_, rules, name));
                  auto done = enter(entering, *rules.table(name), *entries, *said);
                  if (!done && is_new) {
                    rules.tables.pop_back();
                    rules.entries.erase(name);
                  }
                  return done;
                },
                [this, said] {
                  for (const std::string& line : *said) say("{}", line);
                }};
}

int IpfwSession::flush_table(const std::string& name) {
  return refuse_unless(edit([&](ipfw::Ruleset& rules) -> Result<> {
    if (!rules.table(name)) return fail(Why::absent, "failed to flush table {}: No such process", name);
    CB_TRY(ipfw::Entries * entries, ipfw::entries_to_change(socket_, rules, name));
    entries->clear();
    return {};
  }));
}

int IpfwSession::swap_tables(const std::string& name, const Words& words) {
  if (words.size() != 1) return refuse("second table name required", ex_usage);
  return refuse_unless(edit([&](ipfw::Ruleset& rules) -> Result<> {
    const Table *one = rules.table(name), *other = rules.table(words[0]);
    if (!one || !other) return fail(Why::absent, "table {} does not exist", one ? words[0] : name);
    if (one->type != other->type || one->fields != other->fields) return fail(Why::invalid, "Unable to swap table: Table types differs");
    CB_TRY(ipfw::Entries * ones, ipfw::entries_to_change(socket_, rules, name));
    CB_TRY(ipfw::Entries * others, ipfw::entries_to_change(socket_, rules, words[0]));
    std::swap(*ones, *others);
    return {};
  }));
}

int IpfwSession::show_table(const ipfw::Ruleset& rules, const std::string& name, bool header) {
  const Table* table = rules.table(name);
  if (!table) return refuse(fmt::format("failed to request table {} info: No such process", name), ex_oserr);
  auto entries = ipfw::entries_of(socket_, *table);
  if (!entries) return refuse(entries.error());
  if (header) fmt::print("--- table({}), set(0) ---\n", name);
  for (const Entry& entry : *entries) fmt::print("{}\n", ipfw::text_of(*table, entry));
  return 0;
}

int IpfwSession::table_info(const ipfw::Ruleset& rules, const std::string& name) {
  const Table* table = rules.table(name);
  if (!table) return refuse(fmt::format("failed to request table {} info: No such process", name), ex_oserr);
  auto entries = ipfw::entries_of(socket_, *table);
  if (!entries) return refuse(entries.error());
  size_t index = static_cast<size_t>(table - rules.tables.data()) + 1;
  fmt::print("--- table({}), set(0) ---\n kindex: {}, type: {}\n", name, index, ipfw::text_of_type(*table));
  fmt::print(" references: {}, valtype: legacy\n algorithm: {}\n", ipfw::references(rules, name),
             table->type == ipfw::TableType::addr ? "addr:rbtree" : fmt::format("{}:hash", ipfw::text_of(table->type)));
  fmt::print(" items: {}, size: {}\n", entries->size(), entries->size() * sizeof(Entry));
  return 0;
}

int IpfwSession::look_up(const std::string& name, const Words& words) {
  if (words.size() != 1) return refuse("address required", ex_usage);
  auto rules = ipfw::read_ruleset(socket_);
  if (!rules) return refuse(rules.error());
  const Table* table = rules->table(name);
  if (!table) return refuse(fmt::format("table {} does not exist", name), ex_unavailable);
  auto key = ipfw::parse_key(table->type, words[0], table->fields);
  if (!key) return refuse(key.error());
  auto entries = ipfw::entries_of(socket_, *table);
  if (!entries) return refuse(entries.error());
  const Entry* found = entry_for(*entries, table->type, *key);
  if (!found) return refuse("Entry not found", ex_unavailable);
  fmt::print("{}\n", ipfw::text_of(*table, *found));
  return 0;
}

}  // namespace cellblock::bsd
