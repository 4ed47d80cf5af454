#include "nft/text.hpp"

#include <algorithm>

#include "nft/dump.hpp"

namespace cellblock::nft {
namespace {

constexpr char record_type = static_cast<char>(0xcb);
constexpr size_t most_value = 254;  // NFT_USERDATA_MAXLEN without type and length

}  // namespace

std::string userdata_of(std::string_view key, std::string_view part) {
  std::string value = std::string(1, static_cast<char>(key.size())) + std::string(key) + std::string(part);
  return std::string{record_type, static_cast<char>(value.size())} + value;
}

std::optional<Text> text_part(std::string_view userdata) {
  if (userdata.size() < 3 || userdata[0] != record_type) return {};
  auto size = static_cast<uint8_t>(userdata[1]), key = static_cast<uint8_t>(userdata[2]);
  userdata.remove_prefix(2);
  if (size != userdata.size() || key + 1u > size) return {};
  return Text{std::string(userdata.substr(1, key)), std::string(userdata.substr(1u + key))};
}

void put_text(Batch& batch, std::string_view chain, std::string_view key, std::string_view text) {
  size_t most = most_value - 1 - key.size();
  while (!text.empty()) {
    batch.append({.chain = std::string(chain), .body = {}, .userdata = userdata_of(key, text.substr(0, most))});
    text.remove_prefix(std::min(text.size(), most));
  }
}

Result<std::vector<Text>> texts(sys::netlink::Socket& socket, Family family, std::string_view table, std::string_view chain) {
  CB_TRY(std::vector<SeenRule> seen, rules(socket, family, table, chain));
  std::vector<Text> out;
  for (const SeenRule& rule : seen) {
    auto part = text_part(rule.userdata);
    if (!part) continue;
    if (out.empty() || out.back().key != part->key) out.push_back(std::move(*part));
    else out.back().text += part->text;
  }
  return out;
}

}  // namespace cellblock::nft
