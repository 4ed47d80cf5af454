#include "sockets.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace cellblock::bsd {
namespace {

bool is_mapped(const std::array<uint8_t, 16>& address) {
  return std::all_of(address.begin(), address.begin() + 10, [](uint8_t byte) { return byte == 0; }) && address[10] == 0xff &&
         address[11] == 0xff;
}

std::string endpoint(const sys::Socket& socket, bool peer) {
  uint16_t port = peer ? socket.peer_port : socket.port;
  return fmt::format("{}.{}", address_text(socket.v6, peer ? socket.peer : socket.address), port ? std::to_string(port) : "*");
}

std::string_view type_text(uint16_t type) {
  return type == SOCK_STREAM ? "stream" : type == SOCK_DGRAM ? "dgram" : type == SOCK_SEQPACKET ? "seqpac" : "#?";
}

std::optional<uint64_t> hexadecimal(std::string_view text) {
  uint64_t out = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

}  // namespace

std::string protocol_text(const sys::Socket& socket) {
  std::string name = socket.protocol == IPPROTO_TCP ? "tcp" : "udp";
  if (!socket.v6) return name + "4";
  if (is_mapped(socket.address)) return name + "4";
  return name + (socket.v6_only || !socket.every_address() ? "6" : "46");
}

bool is_of(const sys::Socket& socket, bool v4, bool v6) {
  bool mapped = socket.v6 && is_mapped(socket.address), both = socket.v6 && socket.every_address() && !socket.v6_only;
  return (v4 && (!socket.v6 || mapped || both)) || (v6 && socket.v6 && !mapped);
}

std::string address_text(bool v6, const std::array<uint8_t, 16>& address) {
  if (address == std::array<uint8_t, 16>{}) return "*";
  char out[INET6_ADDRSTRLEN] = "";
  if (v6 && is_mapped(address)) ::inet_ntop(AF_INET, address.data() + 12, out, sizeof out);
  else ::inet_ntop(v6 ? AF_INET6 : AF_INET, address.data(), out, sizeof out);
  return out;
}

std::string_view state_text(const sys::Socket& socket) {
  if (socket.protocol != IPPROTO_TCP) return "";
  constexpr std::array names{"", "ESTABLISHED", "SYN_SENT", "SYN_RCVD", "FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT", "CLOSED",
                             "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "SYN_RCVD"};
  return socket.state < names.size() ? names[socket.state] : "";
}

std::vector<UnixSocket> parse_unix_sockets(std::string_view text) {
  std::vector<UnixSocket> out;
  take_part(text, '\n');  // the heading
  while (!text.empty()) {
    std::string_view line = take_part(text, '\n');
    std::vector<std::string> words = split_words(line);
    if (words.size() < 7) continue;
    auto references = hexadecimal(words[1]), flags = hexadecimal(words[3]), type = hexadecimal(words[4]), state = hexadecimal(words[5]);
    auto inode = parse_int(words[6]);
    if (!references || !flags || !type || !state || !inode || *inode < 0 || *inode > UINT32_MAX) continue;
    UnixSocket socket{.inode = static_cast<uint32_t>(*inode), .type = static_cast<uint16_t>(*type),
                      .listens = (*flags & 0x10000) != 0, .connected = *state == 3,
                      .references = static_cast<uint32_t>(*references)};
    if (words.size() > 7) socket.path = line.substr(line.find(words[7], line.find(words[6]) + words[6].size()));
    out.push_back(std::move(socket));
  }
  return out;
}

std::string internet_table(const std::vector<sys::Socket>& sockets, bool with_servers) {
  std::string out = fmt::format("Active Internet connections{}\n{:<5} {:<6} {:<6} {:<22} {:<22} (state)\n",
                                with_servers ? " (including servers)" : "", "Proto", "Recv-Q", "Send-Q", "Local Address", "Foreign Address");
  for (const sys::Socket& socket : sockets) {
    if (!with_servers && (socket.peer_port == 0 || is_listening(socket))) continue;
    // Of one that listens the kernel tells other things in these places.
    uint32_t received = is_listening(socket) ? 0 : socket.received, unsent = is_listening(socket) ? 0 : socket.unsent;
    std::string line = fmt::format("{:<5} {:>6} {:>6} {:<22} {:<22} {}", protocol_text(socket), received, unsent, endpoint(socket, false),
                                   endpoint(socket, true), state_text(socket));
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string unix_table(const std::vector<UnixSocket>& sockets) {
  std::string out = fmt::format("Active UNIX domain sockets\n{:<16} {:<6} {:>6} {:>6} {:>16} {:>16} {:>16} {:>16} Addr\n", "Address", "Type",
                                "Recv-Q", "Send-Q", "Inode", "Conn", "Refs", "Nextref");
  for (const UnixSocket& socket : sockets) {
    out += fmt::format("{:16x} {:<6} {:>6} {:>6} {:>16x} {:>16x} {:>16x} {:>16x}", socket.inode, type_text(socket.type), 0, 0,
                       socket.listens ? socket.inode : 0, socket.connected ? 1 : 0, socket.references, 0);
    out += socket.path.empty() ? "\n" : fmt::format(" {}\n", socket.path);
  }
  return out;
}

}  // namespace cellblock::bsd
