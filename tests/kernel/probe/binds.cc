// Ways to bind a socket to an address that is not the jail's: the kernel is more lenient than the manual.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

#include "probe.hpp"

namespace probe {
namespace {

/// The address that a socket has in the end, or the errno of the way there.
std::string bound_to(int socket, const void* address, socklen_t length) {
  if (::bind(socket, static_cast<const sockaddr*>(address), length) < 0) return errno_name(errno);
  sockaddr_storage now{};
  socklen_t size = sizeof now;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&now), &size);
  char text[INET6_ADDRSTRLEN] = {};
  const void* part = now.ss_family == AF_INET ? static_cast<const void*>(&reinterpret_cast<sockaddr_in&>(now).sin_addr)
                                              : &reinterpret_cast<sockaddr_in6&>(now).sin6_addr;
  return ::inet_ntop(now.ss_family, part, text, sizeof text) ? text : "?";
}

sockaddr_in ip4(const char* text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  ::inet_pton(AF_INET, text, &address.sin_addr);
  return address;
}

std::string foreign() {
  sockaddr_in address = ip4("10.99.77.9");
  return bound_to(::socket(AF_INET, SOCK_STREAM, 0), &address, sizeof address);
}

std::string no_family() {
  sockaddr_in address = ip4("0.0.0.0");
  address.sin_family = AF_UNSPEC;
  return bound_to(::socket(AF_INET, SOCK_STREAM, 0), &address, sizeof address);
}

std::string mapped() {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  ::inet_pton(AF_INET6, "::ffff:10.99.77.9", &address.sin6_addr);
  return bound_to(::socket(AF_INET6, SOCK_STREAM, 0), &address, sizeof address);
}

/// The wildcard of IPv6 in the old, shorter form. Is IPv4 in it?
std::string short_wildcard() {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  int socket = ::socket(AF_INET6, SOCK_STREAM, 0), only = 0;
  std::string bound = bound_to(socket, &address, 24);
  socklen_t size = sizeof only;
  ::getsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size);
  return bound + (only ? "" : " and IPv4");
}

/// In a thread other than the first.
std::string in_a_thread() {
  std::string result;
  std::thread([&] {
    sockaddr_in address = ip4("0.0.0.0");
    result = bound_to(::socket(AF_INET, SOCK_STREAM, 0), &address, sizeof address);
  }).join();
  return result;
}

/// Another thread turns a local address into an IPv4 one between the check and the call.
std::string race() {
  static volatile sockaddr_in address;
  sockaddr_in wanted = ip4("127.0.0.88");
  std::memcpy(const_cast<sockaddr_in*>(&address), &wanted, sizeof wanted);
  std::atomic<bool> over{false};
  std::thread flipper([&] {
    while (!over) {
      address.sin_family = AF_UNIX;
      address.sin_family = AF_INET;
    }
  });
  std::string result = "lost";
  for (int i = 0; i < 2000 && result == "lost"; ++i) {
    int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    if (bound_to(socket, const_cast<sockaddr_in*>(&address), sizeof address) == "127.0.0.88") result = "WON";
    ::close(socket);
  }
  over = true;
  flipper.join();
  return result;
}

/// A local socket in the working directory: the file is to be the caller's.
std::string local() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, "bound");
  if (::chdir("/tmp") < 0) return "chdir";
  return outcome(::bind(::socket(AF_UNIX, SOCK_STREAM, 0), reinterpret_cast<sockaddr*>(&address), sizeof address));
}

constexpr Probe table[] = {{"bind_foreign", foreign},   {"bind_no_family", no_family},
                           {"bind_mapped", mapped},     {"bind_short_wildcard", short_wildcard},
                           {"bind_race", race},         {"bind_in_a_thread", in_a_thread},
                           {"bind_local", local}};

}  // namespace

std::span<const Probe> named_binds() { return table; }

}  // namespace probe
