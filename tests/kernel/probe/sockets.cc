// Sockets: families and types that a jail has no business with, and those of the host.
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "probe.hpp"

namespace probe {
namespace {

std::string opens_socket(int family, int type, int protocol = 0) { return outcome(::socket(family, type, protocol)); }

sockaddr_un address_of(const std::string& name, socklen_t& length) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name[0] == '@') address.sun_path[0] = 0;
  length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  return address;
}

/// Sends one request that needs rights over the host's network and returns its errno.
std::string link_down() {
  struct {
    nlmsghdr header;
    ifinfomsg link;
  } request{};
  request.header = {sizeof request, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, 1, 0};
  request.link.ifi_index = 1;
  request.link.ifi_change = 0;
  int fd = ::socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  if (fd < 0) return "socket:" + errno_name(errno);
  (void)!::send(fd, &request, sizeof request, 0);
  char answer[1024];
  ssize_t got = ::recv(fd, answer, sizeof answer, 0);
  if (got < static_cast<ssize_t>(sizeof(nlmsghdr) + sizeof(int))) return "short";
  int error;
  std::memcpy(&error, answer + sizeof(nlmsghdr), sizeof error);
  return error ? errno_name(-error) : "OK";
}

std::string set_flags() {
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  if (::ioctl(fd, SIOCGIFFLAGS, &request) < 0) return "get:" + errno_name(errno);
  return outcome(::ioctl(fd, SIOCSIFFLAGS, &request));
}

std::string listens_uevents() {
  int fd = ::socket(AF_NETLINK, SOCK_RAW, 9 /* NETLINK_AUDIT */);
  if (fd < 0) return errno_name(errno);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = 1;
  return outcome(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address));
}

std::string socket_option(int option) {
  int fd = ::socket(AF_INET, SOCK_DGRAM, 0), value = 1;
  return outcome(::setsockopt(fd, SOL_SOCKET, option, &value, sizeof value));
}

constexpr Probe table[] = {
    {"packet", [] { return opens_socket(AF_PACKET, SOCK_RAW, 0x300); }},
    {"packet_datagram", [] { return opens_socket(AF_PACKET, SOCK_DGRAM, 0x300); }},
    {"inet_packet", [] { return opens_socket(AF_INET, SOCK_PACKET, 0x300); }},
    {"raw_icmp", [] { return opens_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); }},
    {"raw_cloexec", [] { return opens_socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW); }},
    {"raw_icmp6", [] { return opens_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6); }},
    {"inet", [] { return opens_socket(AF_INET, SOCK_STREAM); }},
    {"inet6", [] { return opens_socket(AF_INET6, SOCK_STREAM); }},
    {"vsock", [] { return opens_socket(AF_VSOCK, SOCK_STREAM); }},
    {"alg", [] { return opens_socket(AF_ALG, SOCK_SEQPACKET); }},
    {"key", [] { return opens_socket(AF_KEY, SOCK_RAW, 2); }},
    {"xdp", [] { return opens_socket(AF_XDP, SOCK_RAW); }},
    {"can", [] { return opens_socket(AF_CAN, SOCK_RAW, 1); }},
    {"bluetooth", [] { return opens_socket(AF_BLUETOOTH, SOCK_RAW); }},
    {"tipc", [] { return opens_socket(AF_TIPC, SOCK_DGRAM); }},
    {"high_family_bits", [] { return outcome(::syscall(SYS_socket, AF_PACKET | 1ll << 32, SOCK_RAW, 0)); }},
    {"netlink_audit", listens_uevents},
    {"netlink_set_link", link_down},
    {"ioctl_set_flags", set_flags},
    {"force_send_buffer", [] { return socket_option(SO_SNDBUFFORCE); }},
    {"mark", [] { return socket_option(SO_MARK); }},
};

// ---- with arguments ----

std::string connect_to() {
  int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socklen_t length;
  sockaddr_un address = address_of(arguments.at(0), length);
  return outcome(::connect(fd, reinterpret_cast<sockaddr*>(&address), length));
}
std::string send_to() {
  int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  socklen_t length;
  sockaddr_un address = address_of(arguments.at(0), length);
  return outcome(::sendto(fd, "x", 1, 0, reinterpret_cast<sockaddr*>(&address), length));
}

/// Listens at arguments[0] and gives a directory of this jail (arguments[1]) to the first that connects.
std::string give_directory() {
  int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socklen_t length;
  sockaddr_un address = address_of(arguments.at(0), length);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), length) < 0) return errno_name(errno);
  ::chmod(arguments.at(0).c_str(), 0777);
  ::listen(listener, 1);
  int peer = ::accept(listener, nullptr, nullptr);
  int directory = ::open(arguments.at(1).c_str(), O_RDONLY | O_DIRECTORY);
  char byte = 'x', control[CMSG_SPACE(sizeof(int))] = {};
  iovec data{&byte, 1};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(head), &directory, sizeof directory);
  return outcome(::sendmsg(peer, &message, 0));
}

/// Takes that directory and climbs from it: is arguments[1] there at some height?
std::string take_directory() {
  int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socklen_t length;
  sockaddr_un address = address_of(arguments.at(0), length);
  int connected = -1;
  for (int i = 0; i < 300 && connected < 0; ++i, ::usleep(10000))
    connected = ::connect(fd, reinterpret_cast<sockaddr*>(&address), length);
  if (connected < 0) return "connect:" + errno_name(errno);
  char byte, control[CMSG_SPACE(sizeof(int))] = {};
  iovec data{&byte, 1};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  if (::recvmsg(fd, &message, 0) < 1 || !CMSG_FIRSTHDR(&message)) return "nothing came";
  int directory;
  std::memcpy(&directory, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof directory);
  std::string up;
  for (int i = 0; i < 20; ++i) {
    if (::faccessat(directory, (up + arguments.at(1)).c_str(), F_OK, 0) == 0) return "REACHED " + up;
    up += "../";
  }
  if (::fchdir(directory) == 0) ::chroot(".");
  for (int i = 0; i < 20; ++i) (void)!::chdir("..");
  return ::access(arguments.at(1).c_str(), F_OK) == 0 ? "REACHED by chroot" : "contained";
}

std::string listen_at() {
  int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socklen_t length;
  sockaddr_un address = address_of(arguments.at(0), length);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), length) < 0 || ::listen(fd, 1) < 0) return errno_name(errno);
  for (;;) ::pause();
}

constexpr Probe with_arguments[] = {{"connect", connect_to},
                                    {"listen", listen_at},
                                    {"send", send_to},
                                    {"give_directory", give_directory},
                                    {"take_directory", take_directory}};

}  // namespace

std::span<const Probe> sockets() { return table; }
std::span<const Probe> named_sockets() { return with_arguments; }

}  // namespace probe
