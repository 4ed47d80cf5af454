#include "net/ip.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace cellblock::net {

int Ip::family() const { return v6 ? AF_INET6 : AF_INET; }

std::string Ip::text() const {
  char out[INET6_ADDRSTRLEN] = "";
  return ::inet_ntop(family(), bytes.data(), out, sizeof out) ? out : "";
}

std::optional<Ip> parse_ip(std::string_view text) {
  Ip ip{text.find(':') != text.npos, {}};
  std::string terminated(text);
  if (terminated.size() != std::strlen(terminated.c_str())) return std::nullopt;
  if (::inet_pton(ip.family(), terminated.c_str(), ip.bytes.data()) != 1) return std::nullopt;
  return ip;
}

std::optional<Ip> ip_of_bytes(std::string_view bytes) {
  if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
  Ip ip{bytes.size() == 16, {}};
  std::copy(bytes.begin(), bytes.end(), ip.bytes.begin());
  return ip;
}

Ip mask_of(bool v6, int prefix) {
  Ip mask{v6, {}};
  for (int bit = 0; bit < std::min(prefix, mask.bits()); ++bit)
    mask.bytes[static_cast<size_t>(bit / 8)] |= static_cast<uint8_t>(0x80 >> (bit % 8));
  return mask;
}

std::optional<int> prefix_of(const Ip& mask) {
  int prefix = 0;
  while (prefix < mask.bits() && (mask.bytes[static_cast<size_t>(prefix / 8)] & (0x80 >> (prefix % 8)))) ++prefix;
  if (mask_of(mask.v6, prefix) != mask) return std::nullopt;
  return prefix;
}

Ip network_of(const Ip& ip, int prefix) {
  Ip out = ip, mask = mask_of(ip.v6, prefix);
  for (size_t i = 0; i < ip.size(); ++i) out.bytes[i] &= mask.bytes[i];
  return out;
}

Ip broadcast_of(const Ip& ip, int prefix) {
  Ip out = ip, mask = mask_of(ip.v6, prefix);
  for (size_t i = 0; i < ip.size(); ++i) out.bytes[i] |= static_cast<uint8_t>(~mask.bytes[i]);
  return out;
}

int class_prefix_of(const Ip& ip) { return ip.bytes[0] < 128 ? 8 : ip.bytes[0] < 192 ? 16 : 24; }

std::optional<Prefix> parse_prefix(std::string_view text) {
  size_t slash = text.find('/');
  auto ip = parse_ip(text.substr(0, slash));
  if (!ip) return std::nullopt;
  if (slash == text.npos) return Prefix{*ip, ip->bits()};
  std::string_view digits = text.substr(slash + 1);
  auto length = parse_int(digits);
  if (!length || digits[0] == '+' || *length < 0 || *length > ip->bits()) return std::nullopt;
  return Prefix{*ip, static_cast<int>(*length)};
}

std::optional<Ip> free_address(const Ip& first, const Ip& last, std::string_view name,
                               const std::function<bool(const Ip&)>& is_taken) {
  if (first.v6 != last.v6 || last < first) return std::nullopt;
  __uint128_t begin = 0, end = 0;
  for (size_t i = 0; i < first.size(); ++i) begin = begin << 8 | first.bytes[i], end = end << 8 | last.bytes[i];
  constexpr uint64_t most = uint64_t{1} << 62;
  const uint64_t count = end - begin < most ? static_cast<uint64_t>(end - begin) + 1 : most;
  const uint64_t hash = hash_of(name);
  for (uint64_t i = 0; i < count && i < 1 << 16; ++i) {
    __uint128_t number = begin + (hash + i) % count;
    Ip ip{.v6 = first.v6};
    for (size_t at = ip.size(); at-- > 0; number >>= 8) ip.bytes[at] = static_cast<uint8_t>(number);
    if (!is_taken(ip)) return ip;
  }
  return std::nullopt;
}

std::string hardware_text(std::string_view bytes) {
  std::string out;
  for (char byte : bytes) out += fmt::format("{}{:02x}", out.empty() ? "" : ":", static_cast<uint8_t>(byte));
  return out;
}

std::optional<std::array<uint8_t, 6>> parse_hardware(std::string_view text) {
  std::array<uint8_t, 6> out{};
  std::vector<std::string> parts = split(text, ':');
  if (parts.size() != out.size()) return std::nullopt;
  for (size_t i = 0; i < out.size(); ++i) {
    const std::string& part = parts[i];
    if (part.empty() || part.size() > 2 || part.find_first_not_of("0123456789abcdefABCDEF") != part.npos)
      return std::nullopt;
    out[i] = static_cast<uint8_t>(std::stoul(part, nullptr, 16));
  }
  return out;
}

}  // namespace cellblock::net
