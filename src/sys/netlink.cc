#include "sys/netlink.hpp"

#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace cellblock::sys::netlink {
namespace {

// What one sendmsg carries at most. The answers to it must fit the receive buffer: failures each cost one packet.
constexpr size_t most_requests = 128, most_bytes = 96 << 10;

/// The extended acknowledgement's sentence, if the message (without its header) has one.
std::string sentence_of(std::string_view payload) {
  std::string sentence;
  // An error repeats the request unless it was asked not to (NETLINK_CAP_ACK is set below).
  each_attribute(payload.substr(std::min(payload.size(), sizeof(nlmsgerr))), [&](uint16_t type, std::string_view value) {
    if (type == NLMSGERR_ATTR_MSG) sentence = ": " + text_of(value);
  });
  return sentence;
}

/// Takes a message off the front of `packet`; nothing if it is cut off or lies about its length.
Result<std::string_view> take_message(std::string_view& packet, nlmsghdr& header) {
  if (packet.size() < sizeof header) return fail(Why::failed, "netlink: unexpected answer");
  std::memcpy(&header, packet.data(), sizeof header);
  if (header.nlmsg_len < sizeof header || header.nlmsg_len > packet.size())
    return fail(Why::failed, "netlink: unexpected answer");
  std::string_view payload = packet.substr(NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN);
  packet.remove_prefix(std::min<size_t>(NLMSG_ALIGN(size_t{header.nlmsg_len}), packet.size()));
  return payload;
}

Result<> result_of(const nlmsghdr& header, std::string_view payload) {
  int error = value_of<int>(payload);
  if (error >= 0) return {};
  if (error < -4095) return fail(Why::failed, "netlink: unexpected answer");
  return sys_fail(-error, "netlink{}", header.nlmsg_flags & NLM_F_ACK_TLVS ? sentence_of(payload) : "");
}

}  // namespace

Request::Request(uint16_t type, uint16_t flags) {
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<uint16_t>(flags | NLM_F_REQUEST);
  append(&header, sizeof header);
}

void Request::append(const void* data, size_t size) {
  const char* begin = static_cast<const char*>(data);
  bytes_.insert(bytes_.end(), begin, begin + size);
  bytes_.resize(NLMSG_ALIGN(bytes_.size()));
}

Request& Request::attribute(uint16_t type, const void* data, size_t size) {
  nlattr attribute{static_cast<uint16_t>(sizeof(nlattr) + size), type};
  append(&attribute, sizeof attribute);
  append(data, size);
  return *this;
}

Request& Request::attribute(uint16_t type, std::string_view text) {
  std::string terminated(text);
  return attribute(type, terminated.c_str(), terminated.size() + 1);
}

size_t Request::begin_nest(uint16_t type) {
  size_t begin = bytes_.size();
  attribute(static_cast<uint16_t>(type | NLA_F_NESTED), nullptr, 0);
  return begin;
}

void Request::end_nest(size_t begin) {
  auto size = static_cast<uint16_t>(bytes_.size() - begin);
  std::memcpy(bytes_.data() + begin + offsetof(nlattr, nla_len), &size, sizeof size);
}

Result<> Request::send() const {
  CB_TRY(Socket socket, Socket::open(NETLINK_ROUTE));
  return socket.send(*this);
}

Result<> Request::dump(int family, const EachPayload& each) const {
  CB_TRY(Socket socket, Socket::open(family));
  return socket.dump(*this, each);
}

Result<Socket> Socket::open(int family) {
  Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family));
  if (!socket) return sys_fail(errno, "netlink socket");
  int on = 1;
  for (int option : {NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK})  // each is a luxury
    (void)::setsockopt(socket.get(), SOL_NETLINK, option, &on, sizeof on);
  return Socket(std::move(socket));
}

Result<Socket> Socket::open_in(int network, int family) {
  Fd home(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!home) return sys_fail(errno, "/proc/thread-self/ns/net");
  if (::setns(network, CLONE_NEWNET) < 0) return sys_fail(errno, "entering a network namespace");
  auto socket = open(family);
  if (::setns(home.get(), CLONE_NEWNET) < 0) std::abort();
  return socket;
}

/// Sends from the front as many as one call may carry, the last with NLM_F_ACK: errors come unasked. Returns how many.
Result<size_t> Socket::put(std::span<const Request> requests, std::vector<Result<>>& answers) {
  std::vector<char> message;
  size_t count = 0;
  for (const Request& request : requests) {
    if (count > 0 && (count == most_requests || message.size() + request.bytes_.size() > most_bytes)) break;
    size_t begin = message.size();
    message.insert(message.end(), request.bytes_.begin(), request.bytes_.end());
    nlmsghdr header;
    std::memcpy(&header, message.data() + begin, sizeof header);
    header.nlmsg_len = static_cast<uint32_t>(request.bytes_.size());
    header.nlmsg_seq = sequence_ + static_cast<uint32_t>(++count);
    std::memcpy(message.data() + begin, &header, sizeof header);
    requests = requests.subspan(1);
    bool last = requests.empty() || count == most_requests ||
                message.size() + requests.front().bytes_.size() > most_bytes;
    if (!last) continue;
    header.nlmsg_flags |= NLM_F_ACK;
    std::memcpy(message.data() + begin, &header, sizeof header);
  }
  if (::send(socket_.get(), message.data(), message.size(), 0) < 0) return sys_fail(errno, "netlink send");
  answers.resize(answers.size() + count);
  return count;
}

Result<std::string_view> Socket::receive() {
  packet_.resize(65536);
  ssize_t got;
  do got = ::recv(socket_.get(), packet_.data(), packet_.size(), 0);
  while (got < 0 && errno == EINTR);
  if (got < 0) return sys_fail(errno, "netlink receive");
  return std::string_view(packet_.data(), static_cast<size_t>(got));
}

Result<std::vector<Result<>>> Socket::exchange(std::span<const Request> requests) {
  std::vector<Result<>> answers;
  while (answers.size() < requests.size()) {
    size_t done = answers.size();
    CB_TRY(size_t count, put(requests.subspan(done), answers));
    for (bool more = true; more;) {
      CB_TRY(std::string_view packet, receive());
      CB_TRY(bool last, read_answers(packet, sequence_ + 1, std::span(answers).subspan(done)));
      more = !last;
    }
    sequence_ += static_cast<uint32_t>(count);
  }
  return answers;
}

Result<> Socket::send(std::span<const Request> requests) {
  CB_TRY(std::vector<Result<>> answers, exchange(requests));
  for (Result<>& answer : answers)
    if (!answer) return answer;
  return {};
}

std::vector<char> datagram_of(std::span<const Request> requests, uint32_t first) {
  std::vector<char> message;
  for (const Request& request : requests) {
    size_t begin = message.size();
    message.insert(message.end(), request.bytes_.begin(), request.bytes_.end());
    nlmsghdr header;
    std::memcpy(&header, message.data() + begin, sizeof header);
    header.nlmsg_len = static_cast<uint32_t>(request.bytes_.size());
    header.nlmsg_seq = first++;
    std::memcpy(message.data() + begin, &header, sizeof header);
  }
  return message;
}

Result<std::vector<Result<>>> Socket::transact(std::span<const Request> requests) {
  std::vector<char> message = datagram_of(requests, sequence_ + 1);
  int room = static_cast<int>(message.size() + 4096);
  // Past the machine's limit only for its own root; a jail has what net.core.wmem_max says.
  if (::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) < 0)
    (void)::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  if (::send(socket_.get(), message.data(), message.size(), 0) < 0) return sys_fail(errno, "netlink send");
  std::vector<Result<>> answers(requests.size());
  packet_.resize(65536);
  ssize_t got;
  while ((got = ::recv(socket_.get(), packet_.data(), packet_.size(), MSG_DONTWAIT)) > 0)
    CB_CHECK(read_answers({packet_.data(), static_cast<size_t>(got)}, sequence_ + 1, answers).map([](bool) {}));
  if (got < 0 && errno != EAGAIN) return sys_fail(errno, "netlink receive");
  sequence_ += static_cast<uint32_t>(requests.size());
  return answers;
}

Result<> Socket::dump(const Request& request, const EachPayload& each) {
  Request asking = request;
  nlmsghdr header;
  std::memcpy(&header, asking.bytes_.data(), sizeof header);
  header.nlmsg_flags |= NLM_F_DUMP;
  header.nlmsg_len = static_cast<uint32_t>(asking.bytes_.size());
  header.nlmsg_seq = ++sequence_;
  std::memcpy(asking.bytes_.data(), &header, sizeof header);
  if (::send(socket_.get(), asking.bytes_.data(), asking.bytes_.size(), 0) < 0) return sys_fail(errno, "netlink send");
  for (bool more = true; more;) {
    CB_TRY(std::string_view packet, receive());
    CB_TRY(more, read_dump(packet, each));
  }
  return {};
}

Result<std::string> Socket::get(const Request& request) {
  std::vector<Result<>> answers;
  std::string found;
  CB_CHECK(put({&request, 1}, answers));
  ++sequence_;
  for (bool more = true; more;) {
    CB_TRY(std::string_view packet, receive());
    CB_TRY(bool last, read_answers(packet, sequence_, answers));
    if (!last) {
      CB_CHECK(read_dump(packet, [&found](std::string_view payload) { found = payload; }));
    }
    more = !last;
  }
  if (!answers[0]) return pass(answers[0].error());
  return found;
}

Result<bool> read_answers(std::string_view packet, uint32_t first, std::span<Result<>> answers) {
  bool last = false;
  while (!packet.empty()) {
    nlmsghdr header;
    CB_TRY(std::string_view payload, take_message(packet, header));
    if (header.nlmsg_type != NLMSG_ERROR) continue;
    uint32_t number = header.nlmsg_seq - first;
    if (number >= answers.size()) return fail(Why::failed, "netlink: unexpected answer");
    answers[number] = result_of(header, payload);
    last |= number + 1 == answers.size();
  }
  return last;
}

Result<bool> read_dump(std::string_view packet, const EachPayload& each) {
  while (!packet.empty()) {
    nlmsghdr header;
    CB_TRY(std::string_view payload, take_message(packet, header));
    if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) {
      CB_CHECK(result_of(header, payload));
      return false;
    }
    if (header.nlmsg_type >= NLMSG_MIN_TYPE) each(payload);
  }
  return true;
}

void each_attribute(std::string_view text, const std::function<void(uint16_t, std::string_view)>& each) {
  nlattr attribute;
  while (text.size() >= sizeof attribute) {
    std::memcpy(&attribute, text.data(), sizeof attribute);
    if (attribute.nla_len < sizeof attribute || attribute.nla_len > text.size()) return;
    each(attribute.nla_type & NLA_TYPE_MASK, text.substr(sizeof attribute, attribute.nla_len - sizeof attribute));
    text.remove_prefix(std::min<size_t>(NLA_ALIGN(size_t{attribute.nla_len}), text.size()));
  }
}

std::string text_of(std::string_view value) { return std::string(value.substr(0, value.find('\0'))); }

}  // namespace cellblock::sys::netlink
