#include "model/vlans.hpp"

#include "base/text.hpp"

namespace cellblock::model {

std::optional<uint16_t> parse_vlan(std::string_view text) {
  auto number = parse_int(text);
  if (!number || *number < 1 || *number > last_vlan) return std::nullopt;
  return static_cast<uint16_t>(*number);
}

std::optional<VlanRange> parse_vlan_range(std::string_view text) {
  size_t dash = text.find('-');
  auto first = parse_vlan(text.substr(0, dash)), last = dash == text.npos ? first : parse_vlan(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return VlanRange{*first, *last};
}

std::string text_of(const Vlans& vlans) {
  std::vector<std::string> words;
  if (vlans.untagged) words.push_back(fmt::format("{}", vlans.untagged));
  for (const VlanRange& range : vlans.tagged)
    words.push_back(range.first == range.last ? fmt::format("{}t", range.first) : fmt::format("{}-{}t", range.first, range.last));
  return join(words, ";");
}

std::optional<Vlans> parse_vlans(std::string_view text) {
  Vlans vlans;
  for (const std::string& word : split(text, ';')) {
    const bool is_tagged = word.ends_with('t');
    auto range = parse_vlan_range(std::string_view(word).substr(0, word.size() - is_tagged));
    if (!range || (!is_tagged && (vlans.untagged || range->first != range->last))) return std::nullopt;
    if (is_tagged) vlans.tagged.push_back(*range);
    else vlans.untagged = range->first;
  }
  return vlans;
}

std::string segment_of(const std::string& bridge, const Vlans& vlans) {
  return vlans.is_apart() ? fmt::format("{}.{}", bridge, vlans.untagged) : bridge;
}

}  // namespace cellblock::model
