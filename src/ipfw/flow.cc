#include "ipfw/flow.hpp"

#include <bit>

#include "net/services.hpp"
#include "nft/body.hpp"

namespace cellblock::ipfw {
namespace {

using nft::be16;

std::string padded(std::string text, size_t size) {
  text.resize(size, '\0');
  return text;
}

}  // namespace

std::optional<uint32_t> fields_of(std::string_view type) {
  if (type == "flow") return all_fields;
  if (!type.starts_with("flow:")) return std::nullopt;
  uint32_t out = 0;
  for (const std::string& word : split(type.substr(5), ',')) {
    auto field = value_in(flow_words, word);
    if (!field) return std::nullopt;
    out |= *field;
  }
  return out ? std::optional(out) : std::nullopt;
}

std::string text_of_fields(uint32_t fields) {
  std::string out;
  for (const Named& each : flow_words)
    if (fields & each.value) out += fmt::format("{}{}", out.empty() ? "flow:" : ",", each.name);
  return out;
}

Result<Flow> parse_flow(std::string_view text, uint32_t fields) {
  std::vector<std::string> parts = split(text, ',');
  auto wrong = [&] { return fail(Why::invalid, "bad key ``{}'': {} is needed", text, std::string_view(text_of_fields(fields)).substr(5)); };
  if (parts.size() != static_cast<size_t>(std::popcount(fields))) return wrong();
  Flow out;
  size_t at = 0;
  for (const Named& each : flow_words) {
    if (!(fields & each.value)) continue;
    const std::string& part = parts[at++];
    if (each.value & address_fields) {
      auto ip = net::parse_ip(part);
      if (!ip) return wrong();
      (each.value == 1 ? out.source : out.destination) = *ip;
      continue;
    }
    std::optional<uint32_t> number = each.value == 2 ? value_in(protocols, part) : std::optional<uint32_t>(net::port_of_service(part));
    if (!number) number = number_in(part, 0, each.value == 2 ? 255 : 65535);
    if (!number) return wrong();
    (each.value == 2 ? out.protocol : each.value == 4 ? out.source_port : out.destination_port) = *number;
  }
  bool both = (fields & address_fields) == address_fields;
  if (both && out.source.v6 != out.destination.v6) return wrong();
  return out;
}

std::string text_of(const Flow& flow, uint32_t fields) {
  std::string out;
  auto say = [&](uint32_t field, const std::string& text) {
    if (fields & field) out += (out.empty() ? "" : ",") + text;
  };
  say(1, flow.source.text());
  say(2, fmt::format("{}", flow.protocol));
  say(4, fmt::format("{}", flow.source_port));
  say(8, flow.destination.text());
  say(16, fmt::format("{}", flow.destination_port));
  return out;
}

std::string key_of(const Flow& flow, uint32_t fields, bool v6) {
  std::string out;
  size_t address = v6 ? 16 : 4;
  if (fields & 1) out += padded(std::string(flow.source.data()), address);
  if (fields & 2) out += padded(nft::byte(static_cast<uint8_t>(flow.protocol)), 4);
  if (fields & 4) out += padded(be16(static_cast<uint16_t>(flow.source_port)), 4);
  if (fields & 8) out += padded(std::string(flow.destination.data()), address);
  if (fields & 16) out += padded(be16(static_cast<uint16_t>(flow.destination_port)), 4);
  return out;
}

uint32_t flow_key_size(uint32_t fields, bool v6) { return static_cast<uint32_t>(key_of({}, fields, v6).size()); }

std::string bytes_of(const Flow& flow) {
  std::string out{static_cast<char>(flow.source.v6), static_cast<char>(flow.destination.v6)};
  return out + key_of(flow, all_fields, true).substr(0, flow_bytes - 2);
}

std::optional<Flow> flow_of(std::string_view bytes) {
  if (bytes.size() < flow_bytes) return std::nullopt;
  auto ip = [&](size_t at, bool v6) { return net::ip_of_bytes(bytes.substr(at, v6 ? 16 : 4)).value_or(net::Ip{}); };
  auto number = [&](size_t at) { return static_cast<uint32_t>(static_cast<uint8_t>(bytes[at]) << 8 | static_cast<uint8_t>(bytes[at + 1])); };
  Flow out{.source = ip(2, bytes[0]), .destination = ip(26, bytes[1]), .protocol = static_cast<uint8_t>(bytes[18]), .source_port = number(22)};
  out.destination_port = number(42);
  return out;
}

}  // namespace cellblock::ipfw
