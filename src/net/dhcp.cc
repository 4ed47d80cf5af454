#include "net/dhcp.hpp"

#include <algorithm>

namespace cellblock::net {
namespace {

// RFC 2131, section 2; options by their numbers in RFC 2132.
constexpr size_t header_size = 236;
constexpr std::string_view magic = "\x63\x82\x53\x63";
constexpr uint8_t from_client = 1, from_server = 2, ethernet = 1;
constexpr size_t at_id = 4, at_seconds = 8, at_own = 12, at_yours = 16, at_client = 28, at_server_name = 44, at_file = 108;
enum Option : uint8_t {
  pad = 0, subnet_mask = 1, routers = 3, name_servers = 6, host_name = 12, domain = 15, mtu = 26, wanted = 50, seconds = 51,
  overload = 52, type = 53, server = 54, parameters = 55, longest = 57, renewal = 58, rebinding = 59, client_id = 61,
  search = 119, routes = 121, end = 255,
};
// UDP and IP, RFC 768 and 791.
constexpr size_t ip_size = 20, udp_size = 8;
constexpr uint8_t udp = 17;
constexpr uint16_t server_port = 67, client_port = 68;
// RFC 2131: a client has to take a packet of 576 bytes; ours takes what an Ethernet carries.
constexpr uint16_t longest_message = 1500 - ip_size - udp_size;

void put16(std::string& out, uint32_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}

void put32(std::string& out, uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xffff);
}

uint32_t number_at(std::string_view text, size_t at, size_t bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < bytes && at + i < text.size(); ++i) value = value << 8 | static_cast<uint8_t>(text[at + i]);
  return value;
}

void put_option(std::string& out, uint8_t option, std::string_view value) {
  out += static_cast<char>(option);
  out += static_cast<char>(value.size());
  out += value;
}

std::string_view text_of(const std::array<uint8_t, 6>& hardware) {
  return {reinterpret_cast<const char*>(hardware.data()), hardware.size()};
}

std::vector<Ip> addresses_in(std::string_view value) {
  std::vector<Ip> out;
  for (; value.size() >= 4; value.remove_prefix(4)) out.push_back(*ip_of_bytes(value.substr(0, 4)));
  return out;
}

/// RFC 3442: a length, as many bytes of the network as it needs, a gateway.
std::vector<DhcpRoute> routes_in(std::string_view value) {
  std::vector<DhcpRoute> out;
  while (!value.empty()) {
    int length = static_cast<uint8_t>(value[0]);
    size_t bytes = static_cast<size_t>(length + 7) / 8;
    if (length > 32 || value.size() < 1 + bytes + 4) return {};
    std::string network(value.substr(1, bytes));
    network.resize(4);
    out.push_back({{network_of(*ip_of_bytes(network), length), length}, *ip_of_bytes(value.substr(1 + bytes, 4))});
    value.remove_prefix(1 + bytes + 4);
  }
  return out;
}

/// A name goes into files and onto terminals.
std::string harmless_name(std::string_view value) {
  std::string out;
  for (char c : value) {
    bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
    if (c == '\0') break;
    if (!plain) return "";
    out += c;
  }
  return out;
}

void take_option(DhcpReply& reply, std::optional<Ip>& mask, uint8_t option, std::string_view value) {
  DhcpLease& lease = reply.lease;
  bool one_address = value.size() == 4;
  if (option == type && value.size() == 1) reply.type = static_cast<DhcpType>(value[0]);
  if (option == subnet_mask && one_address) mask = ip_of_bytes(value);
  if (option == server && one_address) lease.server = ip_of_bytes(value);
  if (option == routers) lease.routers = addresses_in(value);
  if (option == name_servers) lease.name_servers = addresses_in(value);
  if (option == routes) lease.routes = routes_in(value);
  if (option == domain) lease.domain = harmless_name(value);
  if (option == mtu && value.size() == 2) lease.mtu = number_at(value, 0, 2);
  if (option == seconds && one_address) lease.seconds = number_at(value, 0, 4);
  if (option == renewal && one_address) lease.renewal = number_at(value, 0, 4);
  if (option == rebinding && one_address) lease.rebinding = number_at(value, 0, 4);
}

/// Walks one field of options; false if one of them is cut off. `where` takes option 52.
bool take_options(DhcpReply& reply, std::optional<Ip>& mask, std::string_view field, uint8_t* where) {
  while (!field.empty()) {
    uint8_t option = static_cast<uint8_t>(field[0]);
    if (option == end) return true;
    if (option == pad) {
      field.remove_prefix(1);
      continue;
    }
    if (field.size() < 2) return false;
    size_t size = static_cast<uint8_t>(field[1]);
    if (field.size() < 2 + size) return false;
    std::string_view value = field.substr(2, size);
    if (option == overload && where && size == 1) *where = static_cast<uint8_t>(value[0]);
    take_option(reply, mask, option, value);
    field.remove_prefix(2 + size);
  }
  return true;
}

/// RFC 1071.
uint16_t checksum(std::string_view data, uint32_t sum = 0) {
  for (size_t i = 0; i < data.size(); i += 2) sum += number_at(data, i, 2) << (i + 1 < data.size() ? 0 : 8);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

/// RFC 2131, section 4.4.5: at half of the time, and at seven eighths.
void fill_times(DhcpLease& lease) {
  if (lease.renewal == 0 || lease.renewal > lease.seconds) lease.renewal = lease.seconds == ~0u ? ~0u : lease.seconds / 2;
  if (lease.rebinding < lease.renewal || lease.rebinding > lease.seconds)
    lease.rebinding = lease.seconds == ~0u ? ~0u : static_cast<uint32_t>(uint64_t{lease.seconds} * 7 / 8);
  lease.rebinding = std::max(lease.rebinding, lease.renewal);
}

}  // namespace

std::string encode(const DhcpQuery& query) {
  std::string out{static_cast<char>(from_client), static_cast<char>(ethernet), 6, 0};
  put32(out, query.id);
  put16(out, query.seconds);
  put16(out, 0);  // an answer to the address that is to be: the link hears it before the address is set
  out.resize(header_size, '\0');
  if (query.own) out.replace(at_own, 4, query.own->data());
  out.replace(at_client, 6, text_of(query.client));
  out += magic;
  put_option(out, type, std::string(1, static_cast<char>(query.type)));
  put_option(out, client_id, std::string(1, static_cast<char>(ethernet)) + std::string(text_of(query.client)));
  if (query.wanted) put_option(out, wanted, query.wanted->data());
  if (query.server) put_option(out, server, query.server->data());
  if (!query.host_name.empty()) put_option(out, host_name, std::string_view(query.host_name).substr(0, 255));
  if (query.type == DhcpType::discover || query.type == DhcpType::request) {
    std::string size;
    put16(size, longest_message);
    put_option(out, longest, size);
    const std::array<char, 9> wished{subnet_mask, routers, name_servers, domain, mtu, routes, seconds, renewal, rebinding};
    put_option(out, parameters, {wished.data(), wished.size()});
  }
  out += static_cast<char>(end);
  out.resize(std::max<size_t>(out.size(), 300), '\0');  // as BOOTP's: relays drop shorter ones
  return out;
}

std::optional<DhcpReply> parse_dhcp_reply(std::string_view message) {
  if (message.size() < header_size + magic.size() || message.substr(header_size, magic.size()) != magic) return std::nullopt;
  if (message[0] != from_server || message[1] != ethernet || message[2] != 6) return std::nullopt;
  DhcpReply reply;
  reply.id = number_at(message, at_id, 4);
  std::copy_n(message.begin() + at_client, 6, reply.client.begin());
  reply.lease.address = *ip_of_bytes(message.substr(at_yours, 4));
  std::optional<Ip> mask;
  uint8_t elsewhere = 0;
  if (!take_options(reply, mask, message.substr(header_size + magic.size()), &elsewhere)) return std::nullopt;
  if ((elsewhere & 1) && !take_options(reply, mask, message.substr(at_file, 128), nullptr)) return std::nullopt;
  if ((elsewhere & 2) && !take_options(reply, mask, message.substr(at_server_name, 64), nullptr)) return std::nullopt;
  if (reply.type < DhcpType::offer || reply.type > DhcpType::nak) return std::nullopt;
  auto length = mask ? prefix_of(*mask) : std::nullopt;
  reply.lease.prefix = length.value_or(class_prefix_of(reply.lease.address));
  fill_times(reply.lease);
  return reply;
}

std::string dhcp_packet(std::string_view message, const Ip& source, const Ip& destination) {
  std::string addresses(source.data());
  addresses += destination.data();
  std::string segment;
  put16(segment, client_port);
  put16(segment, server_port);
  put16(segment, static_cast<uint32_t>(udp_size + message.size()));
  put16(segment, 0);
  segment += message;
  std::string pseudo = addresses;
  put16(pseudo, udp);
  put16(pseudo, static_cast<uint32_t>(segment.size()));
  uint16_t sum = checksum(pseudo + segment);
  segment[6] = static_cast<char>(sum >> 8), segment[7] = static_cast<char>(sum);
  std::string out{0x45, 0x10};  // version and header length; low delay
  put16(out, static_cast<uint32_t>(ip_size + segment.size()));
  put32(out, 0);
  put16(out, 64 << 8 | udp);
  put16(out, 0);
  out += addresses;
  sum = checksum(out);
  out[10] = static_cast<char>(sum >> 8), out[11] = static_cast<char>(sum);
  return out + segment;
}

std::string_view dhcp_in_packet(std::string_view packet) {
  if (packet.size() < ip_size || (packet[0] >> 4) != 4 || static_cast<uint8_t>(packet[9]) != udp) return {};
  size_t header = static_cast<size_t>(packet[0] & 0xf) * 4, whole = number_at(packet, 2, 2);
  bool fragment = (number_at(packet, 6, 2) & 0x3fff) != 0;
  if (fragment || header < ip_size || whole > packet.size() || whole < header + udp_size) return {};
  std::string_view segment = packet.substr(header, whole - header);
  size_t size = number_at(segment, 4, 2);
  if (number_at(segment, 2, 2) != client_port || size < udp_size || size > segment.size()) return {};
  return segment.substr(udp_size, size - udp_size);
}

}  // namespace cellblock::net
