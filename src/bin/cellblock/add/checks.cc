#include "add/checks.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "add/questions.hpp"
#include "base/text.hpp"
#include "conf/address.hpp"
#include "model/mount_type.hpp"

namespace cellblock::add {
namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view digits = "0123456789";
constexpr size_t longest_name = 64;
constexpr uint64_t smallest = 16ull << 20, largest = 16ull << 40;  // of which ext4 makes a useful file system

bool only(std::string_view text, std::string_view more) {
  return std::ranges::all_of(text, [more](char c) { return letters.contains(c) || digits.contains(c) || more.contains(c); });
}

Result<> check_prefix(const conf::InterfaceAddress& element, const std::string& text, bool v6) {
  if (element.prefix.empty()) return {};
  auto length = parse_int(element.prefix);
  if (length && *length >= 0 && *length <= (v6 ? 128 : 32)) return {};
  return fail(Why::invalid, "{}: a prefix is a number from 0 to {}", text, v6 ? 128 : 32);
}

Result<> check_address(const std::string& text, const Host& host) {
  conf::InterfaceAddress element = conf::split_address(text);
  unsigned char bytes[16];
  bool v4 = ::inet_pton(AF_INET, element.address.c_str(), bytes) == 1;
  bool v6 = !v4 && ::inet_pton(AF_INET6, element.address.c_str(), bytes) == 1;
  if ((!v4 && !v6) || !element.options.empty())
    return fail(Why::invalid, "{}: not an address: 10.0.0.7, 10.0.0.7/24, fd00::7, eth0|10.0.0.7/24; none; inherit", text);
  if (!element.interface.empty() && !host.has_interface(element.interface))
    return fail(Why::invalid, "{}: this host has no interface {}", text, element.interface);
  return check_prefix(element, text, v6);
}

}  // namespace

Result<std::string> check_name(const std::string& text, const Answers&, const Host& host) {
  if (text.empty() || text.size() > longest_name || !letters.contains(text[0]) || !only(text, "-_"))
    return fail(Why::invalid, "{}a name is a letter, then letters, digits, - and _, at most {} of them",
                text.empty() ? "no name: " : vis(text) + ": ", longest_name);
  std::string taken = host.taken(text);
  if (!taken.empty()) return fail(Why::exists, "{}: the name is taken: {}", text, taken);
  return text;
}

Result<std::string> check_size(const std::string& text, const Answers&, const Host&) {
  auto bytes = model::expand_number(text);
  if (!bytes || text.find_first_not_of(digits) == text.npos)
    return fail(Why::invalid, "{}: a size is a number and a unit: 500m, 8g, 1t", vis(text));
  if (*bytes < smallest || *bytes > largest) return fail(Why::invalid, "{}: a disk has 16m to 16t", text);
  return to_lower(text);
}

Result<std::string> check_addresses(const std::string& text, const Answers&, const Host& host) {
  std::string spaced = text;
  std::ranges::replace(spaced, ',', ' ');
  std::vector<std::string> elements = split_words(spaced);
  std::string word = elements.size() == 1 ? to_lower(elements[0]) : "";
  if (elements.empty() || word == "none") return std::string();
  if (word == "inherit") return word;
  for (const std::string& element : elements) CB_CHECK(check_address(element, host));
  return join(elements, ",");
}

Result<std::string> check_interface(const std::string& text, const Answers&, const Host& host) {
  if (text.empty() || text == "none") return std::string();
  if (!host.has_interface(text)) return fail(Why::invalid, "{}: this host has no such interface", vis(text));
  return text;
}

Result<std::string> check_hostname(const std::string& text, const Answers&, const Host&) {
  if (text.empty() || text.size() > 64 || !only(text, "-._") || text[0] == '-' || text[0] == '.')
    return fail(Why::invalid, "{}: a host name is letters, digits, - and ., at most 64 of them", vis(text));
  return text;
}

Result<std::string> check_source(const std::string& text, const Answers&, const Host& host) {
  if (text.empty() || text == "busybox") return std::string("busybox");
  if (!text.starts_with('/')) return fail(Why::invalid, "{}: say busybox, or where from with an absolute path", vis(text));
  Kind kind = host.kind_of(text);
  if (kind == Kind::absent) return fail(Why::absent, "{}: no such file or directory", vis(text));
  if (kind == Kind::other) return fail(Why::invalid, "{}: neither a directory nor an archive", vis(text));
  return text;
}

Result<std::string> check_yes_no(const std::string& text) {
  std::string word = to_lower(text);
  if (word == "y" || word == "yes") return std::string("yes");
  if (word == "n" || word == "no") return std::string("no");
  return fail(Why::invalid, "say yes or no");
}

}  // namespace cellblock::add
