#include "sys/netlink.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/fd.hpp"

namespace cellblock::sys::netlink {
namespace {

/// The extended acknowledgement's sentence, if the error message has one.
std::string sentence_of(const nlmsghdr& message) {
  if (!(message.nlmsg_flags & NLM_F_ACK_TLVS)) return {};
  const char* begin = reinterpret_cast<const char*>(&message);
  size_t at = NLMSG_HDRLEN + sizeof(nlmsgerr);
  // An error repeats the request unless it was asked not to (NETLINK_CAP_ACK is set below).
  while (at + sizeof(nlattr) <= message.nlmsg_len) {
    nlattr attribute;
    std::memcpy(&attribute, begin + at, sizeof attribute);
    if (attribute.nla_len < sizeof attribute || at + attribute.nla_len > message.nlmsg_len) break;
    if ((attribute.nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG) {
      std::string text(begin + at + sizeof attribute, attribute.nla_len - sizeof attribute);
      return ": " + text.substr(0, text.find('\0'));
    }
    at += NLA_ALIGN(attribute.nla_len);
  }
  return {};
}

}  // namespace

Request::Request(uint16_t type, uint16_t flags) {
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<uint16_t>(flags | NLM_F_REQUEST | NLM_F_ACK);
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

Result<> Request::send() const {
  Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket) return sys_fail(errno, "netlink socket");
  int on = 1;
  (void)::setsockopt(socket.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  (void)::setsockopt(socket.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  std::vector<char> message = bytes_;
  auto length = static_cast<uint32_t>(message.size());
  std::memcpy(message.data(), &length, sizeof length);  // nlmsg_len is nlmsghdr's first member
  if (::send(socket.get(), message.data(), message.size(), 0) < 0) return sys_fail(errno, "netlink send");
  alignas(nlmsghdr) char answer[8192];
  ssize_t got = ::recv(socket.get(), answer, sizeof answer, 0);
  if (got < 0) return sys_fail(errno, "netlink receive");
  const auto* reply = reinterpret_cast<const nlmsghdr*>(answer);
  if (!NLMSG_OK(reply, static_cast<uint32_t>(got)) || reply->nlmsg_type != NLMSG_ERROR)
    return fail(Why::failed, "netlink: unexpected answer");
  const auto* error = reinterpret_cast<const nlmsgerr*>(NLMSG_DATA(reply));
  if (error->error == 0) return {};
  return sys_fail(-error->error, "netlink{}", sentence_of(*reply));
}

}  // namespace cellblock::sys::netlink
