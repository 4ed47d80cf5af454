// Requests over netlink: a request is a value of bytes; a socket sends many of them in one call and reads the answers
// together.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::sys::netlink {

using EachPayload = std::function<void(std::string_view payload)>;

class Request;
std::vector<char> datagram_of(std::span<const Request> requests, uint32_t first);

class Request {
 public:
  Request(uint16_t type, uint16_t flags);

  /// The fixed header behind nlmsghdr (ifaddrmsg, ifinfomsg).
  template <class Header>
  Request& header(const Header& fixed) {
    append(&fixed, sizeof fixed);
    return *this;
  }
  Request& attribute(uint16_t type, const void* data, size_t size);
  Request& attribute(uint16_t type, uint32_t value) { return attribute(type, &value, sizeof value); }
  Request& attribute(uint16_t type, std::string_view text);
  /// What another request has appended, as it is.
  Request& raw(std::string_view attributes) {
    append(attributes.data(), attributes.size());
    return *this;
  }
  /// An attribute that holds what `fill` appends to the request.
  template <class Fill>
  Request& nest(uint16_t type, Fill fill) {
    size_t begin = begin_nest(type);
    fill(*this);
    end_nest(begin);
    return *this;
  }

  /// Sends it on a socket of the calling thread's network namespace and waits for the answer. An error carries
  /// the kernel's own sentence where it gives one.
  Result<> send() const;

  /// Sends it with NLM_F_DUMP to a family (NETLINK_*) and hands over the payload of each message of the answer.
  Result<> dump(int family, const EachPayload& each) const;

  const std::vector<char>& bytes() const { return bytes_; }

 private:
  friend class Socket;
  friend std::vector<char> datagram_of(std::span<const Request>, uint32_t);
  void append(const void* data, size_t size);
  size_t begin_nest(uint16_t type);
  void end_nest(size_t begin);
  std::vector<char> bytes_;
};

/// A netlink socket. It stays in the network namespace in which it was opened, wherever its thread goes.
class Socket {
 public:
  /// In the calling thread's network namespace. `family` is NETLINK_*.
  static Result<Socket> open(int family);
  /// In the one that `network` (a descriptor of an nsfs file or a pidfd) stands for: the calling thread goes there
  /// and comes back. A thread that can't come back ends the program: it would act on the wrong network.
  static Result<Socket> open_in(int network, int family);

  /// Sends all in as few calls as the socket's buffers allow and reads the answers together: one for each request, in
  /// the order given. The kernel goes on behind a request that fails.
  Result<std::vector<Result<>>> exchange(std::span<const Request> requests);
  /// The same for requests of which each must succeed: the first error.
  Result<> send(std::span<const Request> requests);
  Result<> send(const Request& request) { return send({&request, 1}); }

  /// Sends all in one datagram, as a family wants it that takes them for one transaction and answers before send(2)
  /// returns (NETLINK_NETFILTER). One answer for each; what the kernel says of the whole is the first's.
  Result<std::vector<Result<>>> transact(std::span<const Request> requests);

  /// The payload of each message of a dump. A fixed header that names an interface or a table filters it in the kernel
  /// (NETLINK_GET_STRICT_CHK is on).
  Result<> dump(const Request& request, const EachPayload& each);
  /// The one message that answers a request for one thing.
  Result<std::string> get(const Request& request);

 private:
  explicit Socket(Fd socket) : socket_(std::move(socket)) {}
  Result<size_t> put(std::span<const Request> requests, std::vector<Result<>>& answers);
  Result<std::string_view> receive();
  Fd socket_;
  uint32_t sequence_ = 0;
  std::vector<char> packet_;
};

/// The messages of a transaction as one datagram, numbered from `first` on.
std::vector<char> datagram_of(std::span<const Request> requests, uint32_t first);

/// The payloads in one packet of a dump's answer. True: the dump goes on in the next packet.
Result<bool> read_dump(std::string_view packet, const EachPayload& each);

/// One packet of answers to the requests numbered from `first` on, noted in `answers` by number. True: the answer to
/// the last of them was in it, behind which nothing comes.
Result<bool> read_answers(std::string_view packet, uint32_t first, std::span<Result<>> answers);

/// The attributes that lie behind each other in `text`; one that is cut off ends the walk.
void each_attribute(std::string_view text, const std::function<void(uint16_t type, std::string_view value)>& each);

/// The value of an attribute as a number or structure; what is cut off reads as zeros.
template <class Value>
Value value_of(std::string_view text) {
  Value out{};
  __builtin_memcpy(&out, text.data(), text.size() < sizeof out ? text.size() : sizeof out);
  return out;
}
/// The text of an attribute, up to its terminator.
std::string text_of(std::string_view value);

}  // namespace cellblock::sys::netlink
