// IP addresses and networks as values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cellblock::net {

struct Ip {
  bool v6 = false;
  std::array<uint8_t, 16> bytes{};  ///< the first four for IPv4, the rest zero

  int family() const;                      ///< AF_INET, AF_INET6
  size_t size() const { return v6 ? 16 : 4; }
  int bits() const { return v6 ? 128 : 32; }
  std::string_view data() const { return {reinterpret_cast<const char*>(bytes.data()), size()}; }
  bool is_zero() const { return bytes == std::array<uint8_t, 16>{}; }
  bool is_link_local() const { return v6 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80; }
  std::string text() const;

  friend bool operator==(const Ip&, const Ip&) = default;
  friend auto operator<=>(const Ip&, const Ip&) = default;
};

/// Numbers only, nothing before or behind: no names, no scope.
std::optional<Ip> parse_ip(std::string_view text);
/// Four or sixteen bytes as the kernel has them.
std::optional<Ip> ip_of_bytes(std::string_view bytes);

Ip mask_of(bool v6, int prefix);
/// The length of a contiguous mask, nothing for others.
std::optional<int> prefix_of(const Ip& mask);
/// The network's own address: the bits behind `prefix` are zero. With ones: its broadcast address.
Ip network_of(const Ip& ip, int prefix);
Ip broadcast_of(const Ip& ip, int prefix);
/// Before CIDR: what an IPv4 address without a mask meant (8, 16, 24).
int class_prefix_of(const Ip& ip);

struct Prefix {
  Ip ip;
  int length = 0;
  friend bool operator==(const Prefix&, const Prefix&) = default;
};

/// "ADDRESS" (length: all bits) or "ADDRESS/LENGTH".
std::optional<Prefix> parse_prefix(std::string_view text);

/// An address from `first` to `last` that is not taken. Where the search begins follows from `name`, so that who asks
/// again mostly gets the same. Nothing: all are taken, or there is none.
std::optional<Ip> free_address(const Ip& first, const Ip& last, std::string_view name,
                               const std::function<bool(const Ip&)>& is_taken);

/// "02:00:00:00:00:01"; parse takes one or two digits a byte, six of them.
std::string hardware_text(std::string_view bytes);
std::optional<std::array<uint8_t, 6>> parse_hardware(std::string_view text);

}  // namespace cellblock::net
