#include "plan/alias.hpp"

#include <arpa/inet.h>

#include <bit>

#include "base/text.hpp"

namespace cellblock::plan {
namespace {

std::optional<int> length_of_dotted(std::string_view mask) {
  in_addr raw{};
  if (::inet_pton(AF_INET, std::string(mask).c_str(), &raw) != 1) return std::nullopt;
  uint32_t bits = ntohl(raw.s_addr);
  int length = std::countl_one(bits);
  bool contiguous = length == 32 || (bits << length) == 0;
  return contiguous ? std::optional(length) : std::nullopt;
}

}  // namespace

Alias split_alias(std::string_view text) {
  Alias alias;
  if (size_t bar = text.find('|'); bar != text.npos) {
    alias.interface = text.substr(0, bar);
    text.remove_prefix(bar + 1);
  }
  if (size_t blank = text.find(' '); blank != text.npos) {
    alias.extra = split_words(text.substr(blank));
    text = text.substr(0, blank);
  }
  size_t slash = text.find('/');
  alias.address = text.substr(0, slash);
  if (slash != text.npos) alias.mask = text.substr(slash + 1);
  return alias;
}

std::optional<int> prefix_of(std::string_view mask, Family family) {
  int whole = family == Family::inet ? 32 : 128;
  if (mask.empty()) return whole;
  if (family == Family::inet && mask.find('.') != mask.npos) return length_of_dotted(mask);
  auto number = parse_int(mask);
  return number && *number >= 0 && *number <= whole ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

std::vector<std::string> ifconfig_words(const Alias& alias, Family family, std::string_view verb) {
  bool four = family == Family::inet;
  std::vector<std::string> words = {"/sbin/ifconfig", alias.interface, four ? "inet" : "inet6"};
  if (alias.mask.empty()) {
    words.insert(words.end(), {alias.address, four ? "netmask" : "prefixlen", four ? "255.255.255.255" : "128"});
  } else if (four && alias.mask.find('.') != alias.mask.npos) {
    words.insert(words.end(), {alias.address, "netmask", alias.mask});
  } else {
    words.push_back(alias.address + "/" + alias.mask);
  }
  if (verb == "alias") words.insert(words.end(), alias.extra.begin(), alias.extra.end());
  words.emplace_back(verb);
  return words;
}

}  // namespace cellblock::plan
