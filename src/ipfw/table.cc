#include "ipfw/table.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "nft/ranges.hpp"

namespace cellblock::ipfw {
namespace {

using nft::be16;
using nft::be32;

struct NamedType {
  std::string_view name;
  TableType type;
};
constexpr std::array types{NamedType{"addr", TableType::addr}, NamedType{"number", TableType::number}, NamedType{"iface", TableType::iface},
                           NamedType{"flow", TableType::flow}};

// nft(8)'s numbers of types: what its listings show.
constexpr uint32_t type_integer = 4, type_ip = 7, type_ip6 = 8, type_interface = 41;

nft::Set plain(std::string_view of, const Table& table, uint32_t type, uint32_t size, uint32_t flags = 0) {
  return {.name = set_name(of, table.name), .flags = flags, .key_type = type, .key_size = size};
}
nft::Set map(std::string_view of, const Table& table, uint32_t type, uint32_t size, uint32_t flags = 0) {
  nft::Set out = plain(of, table, type, size, flags);
  out.data_type = type_integer;
  out.data_size = 4;
  return out;
}

std::string key_of(TableType type, const Entry& entry) {
  if (type == TableType::flow) return bytes_of(entry.flow);
  if (type == TableType::number) return be32(entry.number);
  if (type == TableType::iface) return nft::interface_name(entry.name);
  std::string key{static_cast<char>(entry.ip.v6), static_cast<char>(entry.length), 0, 0};
  return key.append(reinterpret_cast<const char*>(entry.ip.bytes.data()), entry.ip.bytes.size());
}

std::vector<nft::Element> ranges(const std::vector<Entry>& entries, bool v6, bool values) {
  std::vector<nft::Span> spans;
  for (const Entry& entry : entries)
    if (entry.ip.v6 == v6)
      spans.push_back({std::string(entry.ip.data()), std::string(net::broadcast_of(entry.ip, entry.length).data()), values ? be32(entry.value) : ""});
  return nft::narrowest(std::move(spans));
}

uint32_t number_of(std::string_view bytes) {
  uint32_t out = 0;
  for (char byte : bytes.substr(0, 4)) out = out << 8 | static_cast<uint8_t>(byte);
  return out;
}

Result<Entry> parse_address(std::string_view text) {
  auto prefix = net::parse_prefix(text);
  if (!prefix) return fail(Why::invalid, "hostname ``{}'' unknown", text);
  Entry out;
  out.ip = net::network_of(prefix->ip, prefix->length);
  out.length = prefix->length;
  return out;
}

}  // namespace

bool is_table_name(std::string_view text) {
  auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'; };
  return !text.empty() && text.size() <= 63 && text != "all" && std::ranges::all_of(text, good);
}

std::optional<TableType> table_type(std::string_view text) {
  for (const NamedType& each : types)
    if (each.name == text) return each.type;
  return std::nullopt;
}
std::string_view text_of(TableType type) { return std::ranges::find(types, type, &NamedType::type)->name; }

std::string text_of_type(const Table& table) { return table.type == TableType::flow ? text_of_fields(table.fields) : std::string(text_of(table.type)); }

std::optional<Table> table_of_type(std::string_view text) {
  if (auto fields = fields_of(text)) return Table{"", TableType::flow, *fields};
  auto type = table_type(text);
  return type ? std::optional(Table{"", *type}) : std::nullopt;
}

Result<Entry> parse_key(TableType type, std::string_view text, uint32_t fields) {
  if (type == TableType::addr) return parse_address(text);
  Entry out;
  if (type == TableType::flow) {
    CB_TRY(out.flow, parse_flow(text, fields));
    return out;
  }
  if (type == TableType::number) {
    auto number = parse_int(text);
    if (!number || *number < 0 || *number > UINT32_MAX) return fail(Why::invalid, "invalid number ``{}''", text);
    out.number = static_cast<uint32_t>(*number);
    return out;
  }
  if (text.empty() || text.size() > 15) return fail(Why::invalid, "bad interface ``{}''", text);
  out.name = text;
  return out;
}

std::optional<uint32_t> parse_value(std::string_view text) {
  auto number = parse_int(text);
  if (number) return *number >= 0 && *number <= UINT32_MAX ? std::optional(static_cast<uint32_t>(*number)) : std::nullopt;
  auto ip = net::parse_ip(text);
  return ip && !ip->v6 ? std::optional(number_of(ip->data())) : std::nullopt;
}

std::string text_of(const Table& table, const Entry& entry) {
  if (table.type == TableType::flow) return fmt::format("{} {}", text_of(entry.flow, table.fields), entry.value);
  if (table.type == TableType::number) return fmt::format("{} {}", entry.number, entry.value);
  if (table.type == TableType::iface) return fmt::format("{} {}", entry.name, entry.value);
  return fmt::format("{}/{} {}", entry.ip.text(), entry.length, entry.value);
}

bool ByKey::operator()(const Entry& a, const Entry& b) const {
  return std::tie(a.ip, a.length, a.number, a.name, a.flow) < std::tie(b.ip, b.length, b.number, b.name, b.flow);
}
void sort(std::vector<Entry>& entries) { std::ranges::sort(entries, ByKey()); }

std::string set_name(std::string_view of, std::string_view table) { return fmt::format("{}.{}", of, table); }

std::vector<nft::Set> sets_of(const Table& table) {
  uint32_t key_size = table.type == TableType::addr ? 20 : table.type == TableType::iface ? 16 : table.type == TableType::flow ? flow_bytes : 4;
  nft::Set list = plain("table", table, 0, key_size);
  list.userdata = text_of_type(table);
  auto flow = [&table](bool v6) { return flow_key_size(table.fields, v6); };
  switch (table.type) {
    case TableType::flow: return {list, plain("in4", table, 0, flow(false)), plain("in6", table, 0, flow(true)), map("value4", table, 0, flow(false)), map("value6", table, 0, flow(true))};
    case TableType::addr:
      return {list, plain("in4", table, type_ip, 4, NFT_SET_INTERVAL), plain("in6", table, type_ip6, 16, NFT_SET_INTERVAL),
              map("value4", table, type_ip, 4, NFT_SET_INTERVAL), map("value6", table, type_ip6, 16, NFT_SET_INTERVAL)};
    case TableType::number:
      return {list, plain("in", table, type_integer, 4), map("value", table, type_integer, 4), plain("in2", table, type_integer, 2),
              map("value2", table, type_integer, 2)};
    case TableType::iface: return {list, plain("in", table, type_interface, 16), map("value", table, type_interface, 16)};
  }
  return {};
}

static std::vector<nft::Element> flows(const Table& table, const std::vector<Entry>& entries, bool v6, bool values) {
  std::vector<nft::Element> out;
  for (const Entry& entry : entries)
    // Without an address it is of both.
    if (!(table.fields & address_fields) || entry.flow.v6() == v6)
      out.push_back({.key = key_of(entry.flow, table.fields, v6), .value = values ? be32(entry.value) : ""});
  return out;
}

std::vector<Filled> contents(const Table& table, const std::vector<Entry>& entries) {
  Filled list{set_name("table", table.name), {}}, in{set_name("in", table.name), {}}, value{set_name("value", table.name), {}};
  Filled in2{set_name("in2", table.name), {}}, value2{set_name("value2", table.name), {}};
  for (const Entry& entry : entries) {
    std::string key = key_of(table.type, entry);
    list.elements.push_back({.key = key, .userdata = be32(entry.value)});
    in.elements.push_back({.key = key});
    value.elements.push_back({.key = key, .value = be32(entry.value)});
    if (entry.number > 65535) continue;
    in2.elements.push_back({.key = be16(static_cast<uint16_t>(entry.number))});
    value2.elements.push_back({.key = be16(static_cast<uint16_t>(entry.number)), .value = be32(entry.value)});
  }
  if (table.type == TableType::iface) return {list, in, value};
  if (table.type == TableType::number) return {list, in, value, in2, value2};
  if (table.type == TableType::flow)
    return {list, {set_name("in4", table.name), flows(table, entries, false, false)}, {set_name("in6", table.name), flows(table, entries, true, false)},
            {set_name("value4", table.name), flows(table, entries, false, true)}, {set_name("value6", table.name), flows(table, entries, true, true)}};
  return {list, {set_name("in4", table.name), ranges(entries, false, false)}, {set_name("in6", table.name), ranges(entries, true, false)},
          {set_name("value4", table.name), ranges(entries, false, true)}, {set_name("value6", table.name), ranges(entries, true, true)}};
}

/// What only one of both holds, or with another value.
static std::vector<Entry> only_in(const Entries& one, const Entries& other) {
  std::vector<Entry> out;
  for (const Entry& entry : one)
    if (auto same = other.find(entry); same == other.end() || *same != entry) out.push_back(entry);
  return out;
}

void change_entries(nft::Batch& batch, const Table& table, const Entries& before, const Entries& after) {
  std::vector<nft::Set> sets = sets_of(table);
  auto is_ranges = [&sets](const std::string& name) { return std::ranges::find(sets, name, &nft::Set::name)->flags & NFT_SET_INTERVAL; };
  std::vector<Filled> gone = contents(table, only_in(before, after)), come = contents(table, only_in(after, before)), all;
  if (table.type == TableType::addr) all = contents(table, {after.begin(), after.end()});
  for (size_t at = 0; at < gone.size(); ++at) {
    const std::string& name = gone[at].set;
    if (!is_ranges(name)) {
      batch.remove(nft::SetRef{name}, gone[at].elements).add(nft::SetRef{name}, come[at].elements);
    } else if (!gone[at].elements.empty() || !come[at].elements.empty()) {
      if (!before.empty()) batch.flush_set(name);
      batch.add(nft::SetRef{name}, all[at].elements);
    }
  }
}

std::optional<Entry> entry_of(const Table& table, const nft::Element& element) {
  Entry out;
  out.value = number_of(element.userdata);
  const std::string& key = element.key;
  if (table.type == TableType::flow) {
    auto flow = flow_of(key);
    if (!flow) return std::nullopt;
    out.flow = *flow;
  } else if (table.type == TableType::number) {
    out.number = number_of(key);
  } else if (table.type == TableType::iface) {
    out.name = key.substr(0, key.find('\0'));
  } else {
    if (key.size() < 20) return std::nullopt;
    auto ip = net::ip_of_bytes(std::string_view(key).substr(4, key[0] ? 16 : 4));
    if (!ip) return std::nullopt;
    out.ip = *ip;
    out.length = static_cast<uint8_t>(key[1]);
  }
  return out;
}

}  // namespace cellblock::ipfw
