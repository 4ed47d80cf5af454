#include "pf/tables.hpp"

#include <fmt/core.h>

#include "nft/ranges.hpp"

namespace cellblock::pf {
namespace {

nft::Set hosts(std::string name, bool v6) {
  return {.name = std::move(name), .flags = NFT_SET_EVAL, .key_type = v6 ? 8u : 7u, .key_size = v6 ? 16u : 4u, .timeout_ms = forever_ms, .most = 65535};
}

}  // namespace

std::string set_name(const std::string& anchor, const std::string& table, std::string_view of) { return fmt::format("{}|{}|{}", anchor, table, of); }

std::vector<nft::Set> sets_of(const std::string& anchor, const std::string& table) {
  return {{.name = set_name(anchor, table, "4"), .flags = NFT_SET_INTERVAL, .key_type = 7, .key_size = 4},
          {.name = set_name(anchor, table, "6"), .flags = NFT_SET_INTERVAL, .key_type = 8, .key_size = 16},
          {.name = set_name(anchor, table, "all"), .key_size = 20, .timeout_ms = forever_ms}};
}

std::vector<nft::Set> host_sets_of(const std::string& anchor, const std::string& table) {
  return {hosts(set_name(anchor, table, "h4"), false), hosts(set_name(anchor, table, "h6"), true)};
}

std::vector<nft::Element> ranges_of(const std::vector<TableEntry>& entries, bool v6) {
  std::vector<nft::Span> spans;
  for (const TableEntry& entry : entries) {
    if (entry.ip.v6 != v6) continue;
    std::optional<std::string> in = entry.negated ? std::nullopt : std::optional<std::string>("");
    spans.push_back({std::string(entry.ip.data()), std::string(net::broadcast_of(entry.ip, entry.length).data()), in});
  }
  return nft::narrowest(std::move(spans));
}

std::vector<nft::Element> list_of(const std::vector<Listed>& entries) {
  std::vector<nft::Element> out;
  for (const auto& [entry, age_ms] : entries) {
    std::string key{static_cast<char>(entry.negated), static_cast<char>(entry.ip.v6), static_cast<char>(entry.length), 0};
    key.append(reinterpret_cast<const char*>(entry.ip.bytes.data()), entry.ip.bytes.size());
    nft::Element element{.key = std::move(key)};
    if (age_ms > 0 && age_ms < forever_ms) element.timeout_ms = forever_ms, element.expires_ms = forever_ms - age_ms;
    out.push_back(std::move(element));
  }
  return out;
}

std::optional<Listed> listed_of(const nft::Element& element) {
  Listed out;
  out.age_ms = element.expires_ms && element.expires_ms < forever_ms ? forever_ms - element.expires_ms : 0;
  const std::string& key = element.key;
  if (key.size() == 20) {
    bool v6 = key[1];
    auto ip = net::ip_of_bytes(std::string_view(key).substr(4, v6 ? 16 : 4));
    int length = static_cast<uint8_t>(key[2]);
    if (!ip || length > ip->bits()) return {};
    out.entry = {*ip, length, key[0] != 0};
    return out;
  }
  auto ip = net::ip_of_bytes(key);
  if (!ip) return {};
  out.entry = {*ip, ip->bits()};
  return out;
}

bool holds(const std::vector<Listed>& entries, const net::Ip& ip) {
  int best = -1;
  bool in = false;
  for (const auto& [entry, age] : entries) {
    bool covers = entry.ip.v6 == ip.v6 && net::network_of(ip, entry.length) == entry.ip;
    if (!covers || entry.length <= best) continue;
    best = entry.length;
    in = !entry.negated;
  }
  return in;
}

}  // namespace cellblock::pf
