// IP addresses as bytes, for those who look at the machine no further: a cable's parameters and what the record keeps.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cellblock::model {

/// Four or sixteen bytes.
struct IpBytes {
  unsigned char at[16] = {};
  bool v6 = false;
};

/// Numbers only, nothing before or behind.
std::optional<IpBytes> parse_ip_bytes(std::string_view text);
/// As inet_ntop(3) writes it.
std::string show(const IpBytes& bytes);

bool is_link_local(const IpBytes& bytes);
/// An IPv4 address in IPv6's spelling, ::ffff:a.b.c.d.
bool is_mapped(const IpBytes& bytes);
/// Neither nobody's nor everybody's, and of its own family.
bool is_for_one(const IpBytes& bytes);
/// Whether the first `prefix` bits are the same.
bool same_network(const IpBytes& left, const IpBytes& right, int prefix);
/// The network's own address: the bits behind `prefix` are zero.
IpBytes network_of(IpBytes bytes, int prefix);

}  // namespace cellblock::model
