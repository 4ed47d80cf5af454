#include "model/ip.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace cellblock::model {

std::optional<IpBytes> parse_ip_bytes(std::string_view text) {
  IpBytes bytes;
  bytes.v6 = text.contains(':');
  if (::inet_pton(bytes.v6 ? AF_INET6 : AF_INET, std::string(text).c_str(), bytes.at) != 1) return std::nullopt;
  return bytes;
}

std::string show(const IpBytes& bytes) {
  char text[INET6_ADDRSTRLEN] = "";
  ::inet_ntop(bytes.v6 ? AF_INET6 : AF_INET, bytes.at, text, sizeof text);
  return text;
}

bool is_link_local(const IpBytes& bytes) { return bytes.v6 && bytes.at[0] == 0xfe && (bytes.at[1] & 0xc0) == 0x80; }

bool is_mapped(const IpBytes& bytes) {
  constexpr unsigned char prefix[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return bytes.v6 && std::equal(std::begin(prefix), std::end(prefix), bytes.at);
}

bool is_for_one(const IpBytes& bytes) {
  if (is_mapped(bytes)) return false;
  bool zero = std::ranges::all_of(bytes.at, [](unsigned char byte) { return byte == 0; });
  return !zero && (bytes.v6 ? bytes.at[0] != 0xff : bytes.at[0] < 224 && bytes.at[0] != 127);
}

bool same_network(const IpBytes& left, const IpBytes& right, int prefix) {
  if (left.v6 != right.v6) return false;
  auto whole = static_cast<size_t>(prefix / 8);
  if (std::memcmp(left.at, right.at, whole) != 0) return false;
  int rest = prefix % 8;
  return rest == 0 || ((left.at[whole] ^ right.at[whole]) >> (8 - rest)) == 0;
}

IpBytes network_of(IpBytes bytes, int prefix) {
  for (int bit = prefix; bit < (bytes.v6 ? 128 : 32); ++bit)
    bytes.at[bit / 8] &= static_cast<unsigned char>(~(0x80 >> (bit % 8)));
  return bytes;
}

}  // namespace cellblock::model
