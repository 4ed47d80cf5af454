#include "kernel/warden.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "kernel/home.hpp"
#include "kernel/notification.hpp"
#include "kernel/policy.hpp"
#include "kernel/serve.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

/// How long it stays without work: jails often follow one another.
constexpr int idle_ms = 2000;

class Warden {
 public:
  explicit Warden(Fd listening) : listening_(std::move(listening)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

  Result<> run() {
    CB_CHECK(watch(listening_.get()));
    for (;;) {
      epoll_event events[64];
      int count = ::epoll_wait(epoll_.get(), events, 64, others_.empty() ? idle_ms : -1);
      if (count < 0 && errno != EINTR) return sys_fail(errno, "epoll_wait");
      if (count == 0 && others_.empty() && retire()) return {};
      for (int i = 0; i < count; ++i) handle(events[i]);
    }
  }

 private:
  enum class Kind { connection, listener };

  Result<> watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) < 0) return sys_fail(errno, "epoll_ctl");
    return {};
  }

  void add(Fd fd, Kind kind) {
    if (!watch(fd.get())) return;
    int number = fd.get();
    others_.emplace(number, std::pair(std::move(fd), kind));
  }

  /// Taken out of the epoll set by name: a child that serves a call holds a copy of the descriptor, and the set
  /// would go on reporting the old file under a number that means another one by then.
  void forget(int fd) {
    (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    others_.erase(fd);
  }

  /// Ends, unless someone has connected in the meantime: connect_warden() connects under the same lock.
  bool retire() {
    auto home = Home::open(false);
    if (!home) return true;
    auto lock = sys::take_lock(home->fd(), "warden.lock");
    if (!lock) return false;
    epoll_event event{};
    if (::epoll_wait(epoll_.get(), &event, 1, 0) > 0) {
      handle(event);
      return false;
    }
    (void)::unlinkat(home->fd(), "warden", 0);
    return true;
  }

  void handle(const epoll_event& event) {
    int fd = event.data.fd;
    if (fd == listening_.get()) {
      Fd connection(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC));
      if (connection) add(std::move(connection), Kind::connection);
      return;
    }
    if (serving_.contains(fd)) return end_of_server(fd);
    auto found = others_.find(fd);
    if (found == others_.end()) return;
    if (found->second.second == Kind::connection) {
      take_listener(fd);
      forget(fd);
    } else if (event.events & EPOLLIN) {
      if (auto call = Notification::receive(fd)) serve(std::move(*call));
    } else {
      forget(fd);  // EPOLLHUP: the last process with this filter has ended
    }
  }

  void serve(Notification call) {
    Fd server = answer(call);
    if (!server || !watch(server.get())) return;
    int number = server.get();
    serving_.emplace(number, std::pair(std::move(server), std::move(call)));
  }

  /// One that has ended without an answer would leave its caller waiting for ever. Of one that has answered the
  /// kernel knows no call any more.
  void end_of_server(int fd) {
    auto found = serving_.find(fd);
    found->second.second.refuse(EINTR);
    (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    serving_.erase(found);
  }

  /// Only root on the host reaches the socket; the message comes from our own code before it execs.
  void take_listener(int connection) {
    model::JailId jid = 0;
    iovec data{&jid, sizeof jid};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (::recvmsg(connection, &message, MSG_CMSG_CLOEXEC) <= 0) return;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int))) return;
    int listener;
    std::memcpy(&listener, CMSG_DATA(header), sizeof listener);
    add(Fd(listener), Kind::listener);
  }

  Fd listening_, epoll_;
  std::map<int, std::pair<Fd, Kind>> others_;
  std::map<int, std::pair<Fd, Notification>> serving_;  ///< by the pidfd of the process that serves it
};

}  // namespace

Result<> serve_jails(Fd listening) {
  ::signal(SIGCHLD, SIG_IGN);  // the children of answer() are nobody's concern
  ::signal(SIGPIPE, SIG_IGN);
  return Warden(std::move(listening)).run();
}

}  // namespace cellblock::kernel
