#include "sockstat_text.hpp"

#include <netinet/in.h>

#include <algorithm>

#include "base/text.hpp"

namespace cellblock::bsd {
namespace {

/// "22,80-90"
std::optional<std::bitset<65536>> parse_ports(std::string_view text) {
  std::bitset<65536> out;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::string_view range = take_part(text, ',');
    size_t dash = range.find('-');
    auto first = parse_int(range.substr(0, dash));
    auto last = dash == range.npos ? first : parse_int(range.substr(dash + 1));
    if (!first || !last || *first < 0 || *last > 65535 || *first > *last) return std::nullopt;
    for (auto port = *first; port <= *last; ++port) out.set(static_cast<size_t>(port));
  }
  return out;
}

std::string row(const std::string& user, const std::string& command, const std::string& pid, const std::string& descriptor,
                const std::string& protocol, const std::string& local, const std::string& foreign, const std::string& state) {
  std::string out = fmt::format("{:<8} {:<10.10} {:<5} {:<3} {:<6} {:<21} {:<21}", user, command, pid, descriptor, protocol, local, foreign);
  if (!state.empty()) out += " " + state;
  return out + "\n";
}

std::string row(const SocketHolder* holder, const std::string& protocol, const std::string& local, const std::string& foreign,
                const std::string& state) {
  if (!holder) return row("?", "?", "?", "?", protocol, local, foreign, state);
  return row(holder->user, holder->command, std::to_string(holder->pid), std::to_string(holder->descriptor), protocol, local, foreign, state);
}

std::string endpoint(const sys::Socket& socket, bool peer) {
  uint16_t port = peer ? socket.peer_port : socket.port;
  return fmt::format("{}:{}", address_text(socket.v6, peer ? socket.peer : socket.address), port ? std::to_string(port) : "*");
}

bool is_wanted(const SockstatRequest& request, const sys::Socket& socket) {
  if (!is_of(socket, request.v4, request.v6) || !(socket.protocol == IPPROTO_TCP ? request.tcp : request.udp)) return false;
  bool peer = socket.peer_port != 0;
  if (!(peer ? request.connected : request.listening)) return false;
  return !request.ports || request.ports->test(socket.port) || (peer && request.ports->test(socket.peer_port));
}

std::string_view type_text(uint16_t type) { return type == SOCK_STREAM ? "stream" : type == SOCK_DGRAM ? "dgram" : "seqpac"; }

template <class Each>
void each_holder(const SockstatRequest& request, const SocketHolders& holders, uint32_t inode, Each each) {
  auto [begin, end] = holders.equal_range(inode);
  // In a jail's list only what its processes hold; what nobody holds is the kernel's.
  if (begin == end && !request.held_only) each(nullptr);
  for (auto at = begin; at != end; ++at) each(&at->second);
}

}  // namespace

Result<SockstatRequest> parse_sockstat(const Words& words) {
  Options options(words, "46AcCf:iIj:LlnNP:p:qSsUuvw");
  if (!options.error().empty() || !options.rest().empty()) return fail(Why::invalid, "");
  SockstatRequest request;
  bool family = options.has('4') || options.has('6') || options.has('u');
  if (family) request.v4 = options.has('4'), request.v6 = options.has('6'), request.local = options.has('u');
  if (options.has('l') != options.has('c')) request.listening = options.has('l'), request.connected = options.has('c');
  request.quiet = options.has('q');
  request.state = options.has('s');
  request.jail = options.value('j');
  request.held_only = options.has('j');
  if (options.has('P')) {
    request.tcp = request.udp = false;
    if (!family) request.local = false;
    for (const std::string& name : split(options.value('P'), ',')) {
      if (name == "tcp") request.tcp = true;
      else if (name == "udp") request.udp = true;
      else return fail(Why::invalid, "getprotobyname: {}: protocol not found", name);
    }
  }
  if (options.has('p')) {
    request.ports = parse_ports(options.value('p'));
    request.local = false;
    if (!request.ports) return fail(Why::invalid, "syntax error in port range");
  }
  return request;
}

std::string sockstat_text(const SockstatRequest& request, const std::vector<sys::Socket>& sockets,
                          const std::vector<UnixSocket>& local, const SocketHolders& holders) {
  std::string out;
  if (!request.quiet)
    out += row("USER", "COMMAND", "PID", "FD", "PROTO", "LOCAL ADDRESS", "FOREIGN ADDRESS", request.state ? "STATE" : "");
  for (const sys::Socket& socket : sockets) {
    if (!is_wanted(request, socket)) continue;
    std::string state(request.state ? state_text(socket) : "");
    each_holder(request, holders, socket.inode, [&](const SocketHolder* holder) {
      out += row(holder, protocol_text(socket), endpoint(socket, false), endpoint(socket, true), state);
    });
  }
  if (!request.local) return out;
  for (const UnixSocket& socket : local) {
    if (!(socket.connected ? request.connected : request.listening)) continue;
    if (!holders.contains(socket.inode)) continue;
    each_holder(request, holders, socket.inode, [&](const SocketHolder* holder) {
      out += row(holder, std::string(type_text(socket.type)), socket.path.empty() ? (socket.connected ? "-> ??" : "??") : socket.path, "", "");
    });
  }
  return out;
}

}  // namespace cellblock::bsd
