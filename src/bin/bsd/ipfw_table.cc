// ipfw(8): tables.
#include <algorithm>
#include <cerrno>

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
  if (verb == "add") return change_table(name, rest, true);
  if (verb == "delete") return change_table(name, rest, false);
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

int IpfwSession::change_table(const std::string& name, const Words& words, bool adds) {
  if (words.empty()) return refuse("address required", ex_usage);
  std::vector<std::string> said;
  auto make = [&](ipfw::Ruleset& rules) -> Result<> {
    said.clear();
    if (rules.table(name)) return {};
    if (!adds) return fail(Why::absent, "Deleting record failed: Table not found");
    rules.tables.push_back({name, type_by_key(words[0])});
    return {};
  };
  auto fill = [&](ipfw::Ruleset& rules, nft::Batch& batch) -> Result<> {
    const Table& table = *rules.table(name);
    // One that is new has none.
    auto seen = ipfw::entries_of(socket_, table);
    if (!seen && seen.error().why != Why::absent) return pass(seen.error());
    std::vector<Entry> entries = seen ? std::move(*seen) : std::vector<Entry>();
    for (size_t i = 0; i < words.size(); ++i) {
      CB_TRY(Entry entry, ipfw::parse_key(table.type, words[i], table.fields));
      auto value = adds && i + 1 < words.size() ? ipfw::parse_value(words[i + 1]) : std::nullopt;
      // The next word is a value unless there is none: an address may be next.
      bool has_value = adds && i + 1 < words.size() && (value || words.size() == 2);
      if (has_value && !value) return fail(Why::invalid, "Unable to parse value {}", words[i + 1]);
      i += has_value;
      entry.value = value.value_or(0);
      auto at = std::ranges::find_if(entries, [&](const Entry& other) { return other.same_key(entry); });
      if (!adds && at == entries.end()) return fail(Why::absent, "Deleting record failed: record not found");
      if (adds && at != entries.end() && !is_quiet()) return fail(Why::exists, "Adding record failed: record already exists");
      if (at != entries.end()) entries.erase(at);
      if (adds) entries.push_back(entry);
      said.push_back(fmt::format("{}: {}", adds ? "added" : "deleted", ipfw::text_of(table, entry)));
    }
    ipfw::set_entries(batch, table, std::move(entries), !seen);
    return {};
  };
  if (auto done = edit(make, fill); !done) return refuse(done.error());
  for (const std::string& line : said) say("{}", line);
  return 0;
}

int IpfwSession::flush_table(const std::string& name) {
  auto there = [&](ipfw::Ruleset& rules) -> Result<> {
    return rules.table(name) ? Result<>() : fail(Why::absent, "failed to flush table {}: No such process", name);
  };
  return refuse_unless(edit(there, [&](ipfw::Ruleset& rules, nft::Batch& batch) -> Result<> {
    ipfw::set_entries(batch, *rules.table(name), {}, false);
    return {};
  }));
}

int IpfwSession::swap_tables(const std::string& name, const Words& words) {
  if (words.size() != 1) return refuse("second table name required", ex_usage);
  auto check = [&](ipfw::Ruleset& rules) -> Result<> {
    const Table *one = rules.table(name), *other = rules.table(words[0]);
    if (!one || !other) return fail(Why::absent, "table {} does not exist", one ? words[0] : name);
    return one->type == other->type && one->fields == other->fields ? Result<>() : fail(Why::invalid, "Unable to swap table: Table types differs");
  };
  return refuse_unless(edit(check, [&](ipfw::Ruleset& rules, nft::Batch& batch) -> Result<> {
    const Table &one = *rules.table(name), &other = *rules.table(words[0]);
    CB_TRY(std::vector<Entry> ones, ipfw::entries_of(socket_, one));
    CB_TRY(std::vector<Entry> others, ipfw::entries_of(socket_, other));
    ipfw::set_entries(batch, one, std::move(others), false);
    ipfw::set_entries(batch, other, std::move(ones), false);
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
