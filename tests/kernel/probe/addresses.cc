// Sockets on a network stack that is shared: what they are bound to, whom they reach and as whom.
//
// A KIND is tcp, udp, udplite, ping, raw, rawtcp, mptcp, sctp or dccp for IPv4, and the same with a 6 for IPv6.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "probe.hpp"

namespace probe {
namespace {

struct Kind {
  std::string_view name;
  int type, protocol, protocol6;
};
constexpr Kind kinds[] = {
    {"tcp", SOCK_STREAM, IPPROTO_TCP, IPPROTO_TCP},    {"udp", SOCK_DGRAM, IPPROTO_UDP, IPPROTO_UDP},
    {"ping", SOCK_DGRAM, IPPROTO_ICMP, IPPROTO_ICMPV6}, {"raw", SOCK_RAW, IPPROTO_ICMP, IPPROTO_ICMPV6},
    {"rawtcp", SOCK_RAW, IPPROTO_TCP, IPPROTO_TCP},
    {"mptcp", SOCK_STREAM, IPPROTO_MPTCP, IPPROTO_MPTCP}, {"sctp", SOCK_STREAM, IPPROTO_SCTP, IPPROTO_SCTP},
    {"dccp", SOCK_DCCP, IPPROTO_DCCP, IPPROTO_DCCP},   {"udplite", SOCK_DGRAM, IPPROTO_UDPLITE, IPPROTO_UDPLITE},
};

int make_socket(std::string_view word) {
  bool ip6 = word.ends_with('6');
  if (ip6) word.remove_suffix(1);
  for (const Kind& kind : kinds)
    if (kind.name == word) return ::socket(ip6 ? AF_INET6 : AF_INET, kind.type, ip6 ? kind.protocol6 : kind.protocol);
  errno = EINVAL;
  return -1;
}

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
};

Address address_of(const std::string& text, const std::string& port) {
  Address address;
  auto number = htons(static_cast<uint16_t>(std::stoi(port)));
  auto& ip4 = reinterpret_cast<sockaddr_in&>(address.storage);
  auto& ip6 = reinterpret_cast<sockaddr_in6&>(address.storage);
  if (::inet_pton(AF_INET, text.c_str(), &ip4.sin_addr) == 1) {
    ip4.sin_family = AF_INET;
    ip4.sin_port = number;
    address.length = sizeof ip4;
  } else {
    ip6.sin6_family = AF_INET6;
    ip6.sin6_port = number;
    ::inet_pton(AF_INET6, text.c_str(), &ip6.sin6_addr);
    address.length = sizeof ip6;
  }
  return address;
}

/// "ADDRESS PORT", the port as "*" where it is none that was asked for.
std::string text_of(Address& address, int asked_port = 0) {
  char text[INET6_ADDRSTRLEN] = {};
  bool ip4 = address.storage.ss_family == AF_INET;
  auto& four = reinterpret_cast<sockaddr_in&>(address.storage);
  auto& six = reinterpret_cast<sockaddr_in6&>(address.storage);
  ::inet_ntop(address.storage.ss_family, ip4 ? static_cast<void*>(&four.sin_addr) : &six.sin6_addr, text, sizeof text);
  int port = ntohs(ip4 ? four.sin_port : six.sin6_port);
  return std::string(text) + " " + (port == asked_port ? std::to_string(port) : "*");
}

std::string name_of(int socket, int asked_port = 0) {
  Address address;
  address.length = sizeof address.storage;
  if (::getsockname(socket, address.raw(), &address.length) < 0) return errno_name(errno);
  return text_of(address, asked_port);
}

/// Words after the fixed arguments: reuse, reuseport, only6, dstopts (packets get an extension header that says nothing).
bool has_word(size_t from, std::string_view word) {
  for (size_t i = from; i < arguments.size(); ++i)
    if (arguments[i] == word) return true;
  return false;
}

void set_options(int socket, size_t from) {
  const int yes = 1;
  if (has_word(from, "reuse")) ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (has_word(from, "reuseport")) ::setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  if (has_word(from, "only6")) ::setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
  const char padding[8] = {0, 0, 1, 4};
  if (has_word(from, "dstopts")) ::setsockopt(socket, IPPROTO_IPV6, IPV6_DSTOPTS, padding, sizeof padding);
}

/// make_socket KIND
std::string makes_socket() { return outcome(make_socket(arguments.at(0))); }

std::string bind_and_name(int socket) {
  Address address = address_of(arguments.at(1), arguments.at(2));
  if (::bind(socket, address.raw(), address.length) < 0) return errno_name(errno);
  return name_of(socket, std::stoi(arguments[2]));
}

/// bind_at KIND ADDRESS PORT [OPTION...] [listen]: what getsockname(2) says then
std::string bind_at() {
  int socket = make_socket(arguments.at(0));
  if (socket < 0) return "socket:" + errno_name(errno);
  set_options(socket, 3);
  std::string named = bind_and_name(socket);
  if (has_word(3, "listen") && ::listen(socket, 5) < 0) return "listen:" + errno_name(errno);
  return has_word(3, "listen") ? name_of(socket, std::stoi(arguments[2])) : named;
}

/// bind_twice KIND ADDRESS PORT ADDRESS [OPTION...]: the second socket's name
std::string bind_twice() {
  int first = make_socket(arguments.at(0)), second = make_socket(arguments[0]);
  set_options(first, 4);
  set_options(second, 4);
  std::string named = bind_and_name(first);
  if (named.starts_with("E")) return "first:" + named;
  if (has_word(4, "listen") && ::listen(first, 5) < 0) return "listen:" + errno_name(errno);
  if (has_word(4, "close")) ::close(first);
  arguments[1] = arguments.at(3);
  return bind_and_name(second);
}

/// bind_many KIND ADDRESS PORT COUNT [hold]: to that port and those behind it: how many, and the first that failed
std::string bind_many() {
  int first = std::stoi(arguments.at(2)), count = std::stoi(arguments.at(3)), done = 0;
  rlimit files{static_cast<rlim_t>(count) + 64, static_cast<rlim_t>(count) + 64};
  ::setrlimit(RLIMIT_NOFILE, &files);
  std::string problem = "OK";
  for (; done < count && problem == "OK"; ++done) {
    arguments[2] = std::to_string(first + done);
    std::string named = bind_and_name(make_socket(arguments[0]));
    if (named.starts_with("E")) problem = named, --done;
  }
  std::string said = std::to_string(done) + " " + problem;
  if (!has_word(4, "hold")) return said;
  (void)!::write(1, said.data(), said.size());
  ::pause();
  return "";
}

/// connect_as KIND ADDRESS PORT [from ADDRESS PORT [OPTION...]]: "OWN PEER"
std::string connect_as() {
  int socket = make_socket(arguments.at(0));
  if (socket < 0) return "socket:" + errno_name(errno);
  Address to = address_of(arguments.at(1), arguments.at(2));
  set_options(socket, 6);
  if (arguments.size() >= 6) {
    Address from = address_of(arguments[4], arguments[5]);
    if (::bind(socket, from.raw(), from.length) < 0) return "bind:" + errno_name(errno);
  }
  if (::connect(socket, to.raw(), to.length) < 0) return errno_name(errno);
  Address peer;
  peer.length = sizeof peer.storage;
  ::getpeername(socket, peer.raw(), &peer.length);
  return name_of(socket, arguments.size() >= 6 ? std::stoi(arguments[5]) : 0) + " > " + text_of(peer, std::stoi(arguments[2]));
}

struct Control {
  alignas(cmsghdr) char bytes[CMSG_SPACE(sizeof(in6_pktinfo))] = {};
};

/// IP_PKTINFO or IPV6_PKTINFO with the source `text`.
void put_source(msghdr& message, Control& control, const std::string& text) {
  message.msg_control = control.bytes;
  cmsghdr* head = reinterpret_cast<cmsghdr*>(control.bytes);
  in_pktinfo four{};
  in6_pktinfo six{};
  if (::inet_pton(AF_INET, text.c_str(), &four.ipi_spec_dst) == 1) {
    *head = {CMSG_LEN(sizeof four), IPPROTO_IP, IP_PKTINFO};
    std::memcpy(CMSG_DATA(head), &four, sizeof four);
    message.msg_controllen = CMSG_SPACE(sizeof four);
  } else {
    ::inet_pton(AF_INET6, text.c_str(), &six.ipi6_addr);
    *head = {CMSG_LEN(sizeof six), IPPROTO_IPV6, IPV6_PKTINFO};
    std::memcpy(CMSG_DATA(head), &six, sizeof six);
    message.msg_controllen = CMSG_SPACE(sizeof six);
  }
}

/// send_as KIND ADDRESS PORT [SOURCE]: an echo request where the kind has them
std::string send_as() {
  int socket = make_socket(arguments.at(0));
  if (socket < 0) return "socket:" + errno_name(errno);
  Address to = address_of(arguments.at(1), arguments.at(2));
  char text[16] = "hello";
  text[0] = static_cast<char>(to.storage.ss_family == AF_INET ? 8 : 128);
  text[1] = 0;
  iovec data{text, sizeof text};
  Control control;
  msghdr message{};
  message.msg_name = to.raw();
  message.msg_namelen = to.length;
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (arguments.size() > 3) put_source(message, control, arguments[3]);
  return outcome(::sendmsg(socket, &message, 0));
}

/// serve WORD KIND ADDRESS PORT [OPTION...]: answers every connection or datagram with WORD and its own address
std::string serve() {
  std::string word = arguments.at(0);
  arguments.erase(arguments.begin());
  int socket = make_socket(arguments.at(0));
  set_options(socket, 3);
  std::string named = bind_and_name(socket);
  if (named.starts_with("E")) return named;
  bool stream = arguments[0].starts_with("tcp");
  if (stream && ::listen(socket, 16) < 0) return "listen:" + errno_name(errno);
  (void)!::write(1, "ready\n", 6);
  for (;;) {
    char buffer[256];
    Address peer;
    peer.length = sizeof peer.storage;
    if (!stream) {
      if (::recvfrom(socket, buffer, sizeof buffer, 0, peer.raw(), &peer.length) < 0) return errno_name(errno);
      ::sendto(socket, word.data(), word.size(), 0, peer.raw(), peer.length);
      continue;
    }
    int connection = ::accept(socket, peer.raw(), &peer.length);
    if (connection < 0) continue;
    std::string answer = word + " " + name_of(connection, std::stoi(arguments[2])) + " from " + text_of(peer);
    (void)!::write(connection, answer.data(), answer.size());
    ::close(connection);
  }
}

/// hear KIND: whether a packet comes within a second
std::string hear() {
  int socket = make_socket(arguments.at(0));
  if (socket < 0) return "socket:" + errno_name(errno);
  (void)!::write(1, "ready\n", 6);
  pollfd poll{socket, POLLIN, 0};
  return ::poll(&poll, 1, 1000) == 0 ? "silence" : "heard";
}

/// ask KIND ADDRESS PORT [OPTION...]: what serve() answers
std::string ask() {
  int socket = make_socket(arguments.at(0));
  set_options(socket, 3);
  Address to = address_of(arguments.at(1), arguments.at(2));
  timeval soon{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof soon);  // of connect(2), too
  if (::connect(socket, to.raw(), to.length) < 0) return errno == EINPROGRESS ? "silence" : errno_name(errno);
  if (!arguments[0].starts_with("tcp")) ::send(socket, "?", 1, 0);
  pollfd poll{socket, POLLIN, 0};
  if (::poll(&poll, 1, 1000) == 0) return "silence";
  char buffer[256];
  ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
  return got < 0 ? errno_name(errno) : std::string(buffer, static_cast<size_t>(got));
}

/// give_socket KIND COMMAND...: runs it with such a socket as its standard input
std::string give_socket() {
  int socket = make_socket(arguments.at(0));
  ::dup2(socket, 0);
  std::vector<char*> words;
  for (size_t i = 1; i < arguments.size(); ++i) words.push_back(arguments[i].data());
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  return errno_name(errno);
}

/// bind_given - ADDRESS PORT, connect_given - ADDRESS PORT: with that socket
std::string bind_given() { return bind_and_name(0); }
std::string connect_given() {
  Address to = address_of(arguments.at(1), arguments.at(2));
  return ::connect(0, to.raw(), to.length) < 0 ? errno_name(errno) : name_of(0);
}

constexpr Probe table[] = {{"make_socket", makes_socket}, {"bind_at", bind_at},         {"bind_twice", bind_twice},
                           {"connect_as", connect_as},    {"send_as", send_as},         {"serve", serve},
                           {"ask", ask},                  {"give_socket", give_socket}, {"bind_given", bind_given},
                           {"connect_given", connect_given}, {"bind_many", bind_many}, {"hear", hear}};

}  // namespace

std::span<const Probe> named_addresses() { return table; }

}  // namespace probe
