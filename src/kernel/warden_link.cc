#include "kernel/warden_link.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "kernel/home.hpp"
#include "kernel/own_program.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

sockaddr_un address() {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::strcpy(name.sun_path, "/run/cellblock/warden");
  return name;
}

Result<Fd> try_connect() {
  Fd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket) return sys_fail(errno, "socket");
  sockaddr_un name = address();
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) < 0) return sys_fail(errno, "connect");
  return socket;
}

/// The warden gets the listening socket as its standard input, so that connections wait for it from now on.
Result<> start(int listening) {
  CB_TRY(std::string program, own_program("warden"));
  pid_t child = ::fork();
  if (child < 0) return sys_fail(errno, "fork");
  if (child == 0) {
    // Twice, so that it is nobody's child; nothing of the caller's may stay with it.
    if (::fork() != 0) ::_exit(0);
    ::setsid();
    (void)!::chdir("/");
    int null = ::open("/dev/null", O_RDWR);
    ::dup2(listening, 0);
    ::dup2(null, 1);
    ::dup2(null, 2);
    ::close_range(3, ~0u, 0);
    char* const argv[] = {const_cast<char*>("cellblock-warden"), nullptr};
    char* const environment[] = {nullptr};
    ::execve(program.c_str(), argv, environment);
    ::_exit(127);
  }
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return {};
}

}  // namespace

Result<Fd> connect_warden() {
  CB_TRY(Home home, Home::open(true));
  CB_TRY(Fd lock, sys::take_lock(home.fd(), "warden.lock"));
  if (auto connected = try_connect()) return connected;
  Fd listening(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!listening) return sys_fail(errno, "socket");
  sockaddr_un name = address();
  (void)::unlink(name.sun_path);
  if (::bind(listening.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) < 0 || ::listen(listening.get(), 512) < 0)
    return sys_fail(errno, "{}", name.sun_path);
  CB_CHECK(start(listening.get()));
  return try_connect();
}

int send_listener(int warden, int listener, model::JailId jid) {
  iovec data{&jid, sizeof jid};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &listener, sizeof listener);
  return ::sendmsg(warden, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

}  // namespace cellblock::kernel
