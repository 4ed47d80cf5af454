// Tables: addresses, numbers or interfaces with a value each, which rules ask by the table's name.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/ip.hpp"
#include "ipfw/flow.hpp"
#include "nft/batch.hpp"
#include "nft/table.hpp"

namespace cellblock::ipfw {

enum class TableType { addr, number, iface, flow };

struct Table {
  std::string name;
  TableType type = TableType::addr;
  uint32_t fields = all_fields;  ///< flow
};

struct Entry {
  net::Ip ip;  ///< addr
  int length = 0;
  uint32_t number = 0;
  std::string name;  ///< iface
  Flow flow{};
  uint32_t value = 0;

  /// Whether both are about the same key.
  bool same_key(const Entry& other) const { return ip == other.ip && length == other.length && number == other.number && name == other.name && flow == other.flow; }
  friend bool operator==(const Entry&, const Entry&) = default;
};

bool is_table_name(std::string_view text);
std::optional<TableType> table_type(std::string_view text);
std::string_view text_of(TableType type);
/// As "create" takes it: "flow:src-ip,proto".
std::string text_of_type(const Table& table);
/// A table of that type without a name.
std::optional<Table> table_of_type(std::string_view text);

/// `fields`: of a flow.
Result<Entry> parse_key(TableType type, std::string_view text, uint32_t fields = all_fields);
/// A number, or an IPv4 address that stands for one.
std::optional<uint32_t> parse_value(std::string_view text);
/// "10.0.0.0/8 100"
std::string text_of(const Table& table, const Entry& entry);
/// By their keys, as they are listed.
struct ByKey {
  bool operator()(const Entry& one, const Entry& other) const;
};
using Entries = std::set<Entry, ByKey>;
void sort(std::vector<Entry>& entries);

// In the kernel a table is a set that lists its entries and sets and maps that rules ask.
inline constexpr std::string_view list_prefix = "table.";
/// `of`: "table" (the list); "in4", "in6" and the maps "value4", "value6"; "in", "value"; by two bytes "in2", "value2".
std::string set_name(std::string_view of, std::string_view table);
std::vector<nft::Set> sets_of(const Table& table);
struct Filled {
  std::string set;
  std::vector<nft::Element> elements;
};
/// Adds what makes a table's entries, `before`, those of `after`. Of sets of ranges all is written anew, of
/// others what differs.
void change_entries(nft::Batch& batch, const Table& table, const Entries& before, const Entries& after);
/// What each of these sets holds.
std::vector<Filled> contents(const Table& table, const std::vector<Entry>& entries);
/// What a list's element says; nothing if that is nothing.
std::optional<Entry> entry_of(const Table& table, const nft::Element& element);

}  // namespace cellblock::ipfw
