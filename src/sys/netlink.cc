#include "sys/netlink.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
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

Result<> Request::put(int socket, uint16_t more_flags) const {
  std::vector<char> message = bytes_;
  nlmsghdr header;
  std::memcpy(&header, message.data(), sizeof header);
  header.nlmsg_len = static_cast<uint32_t>(message.size());
  header.nlmsg_flags |= more_flags;
  std::memcpy(message.data(), &header, sizeof header);
  if (::send(socket, message.data(), message.size(), 0) < 0) return sys_fail(errno, "netlink send");
  return {};
}

Result<> Request::send() const {
  Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket) return sys_fail(errno, "netlink socket");
  int on = 1;
  (void)::setsockopt(socket.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  (void)::setsockopt(socket.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  CB_CHECK(put(socket.get(), 0));
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

Result<> Request::dump(int family, const std::function<void(std::string_view)>& each) const {
  Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family));
  if (!socket) return sys_fail(errno, "netlink socket");
  CB_CHECK(put(socket.get(), NLM_F_DUMP));
  std::vector<char> packet(32768);
  for (bool more = true; more;) {
    ssize_t got = ::recv(socket.get(), packet.data(), packet.size(), 0);
    if (got < 0) return sys_fail(errno, "netlink receive");
    CB_TRY(more, read_dump({packet.data(), static_cast<size_t>(got)}, each));
  }
  return {};
}

Result<bool> read_dump(std::string_view packet, const std::function<void(std::string_view)>& each) {
  while (!packet.empty()) {
    nlmsghdr header;
    if (packet.size() < sizeof header) return fail(Why::failed, "netlink: unexpected answer");
    std::memcpy(&header, packet.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > packet.size())
      return fail(Why::failed, "netlink: unexpected answer");
    std::string_view payload = packet.substr(NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN);
    if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) {
      int error = 0;
      if (payload.size() >= sizeof error) std::memcpy(&error, payload.data(), sizeof error);
      if (error < 0) return sys_fail(-error, "netlink");
      return false;
    }
    if (header.nlmsg_type >= NLMSG_MIN_TYPE) each(payload);
    packet.remove_prefix(std::min<size_t>(NLMSG_ALIGN(header.nlmsg_len), packet.size()));
  }
  return true;
}

void each_attribute(std::string_view text, const std::function<void(uint16_t, std::string_view)>& each) {
  nlattr attribute;
  while (text.size() >= sizeof attribute) {
    std::memcpy(&attribute, text.data(), sizeof attribute);
    if (attribute.nla_len < sizeof attribute || attribute.nla_len > text.size()) return;
    each(attribute.nla_type & NLA_TYPE_MASK, text.substr(sizeof attribute, attribute.nla_len - sizeof attribute));
    text.remove_prefix(std::min<size_t>(NLA_ALIGN(attribute.nla_len), text.size()));
  }
}

}  // namespace cellblock::sys::netlink
