// Requests over netlink: a request is a value of bytes, sent and answered in one call.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cellblock::sys::netlink {

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

  /// Sends it on a socket of the calling process' network namespace and waits for the answer. An error carries
  /// the kernel's own sentence where it gives one.
  Result<> send() const;

  /// Sends it with NLM_F_DUMP to a family (NETLINK_*) and hands over the payload of each message of the answer.
  Result<> dump(int family, const std::function<void(std::string_view payload)>& each) const;

  const std::vector<char>& bytes() const { return bytes_; }

 private:
  void append(const void* data, size_t size);
  Result<> put(int socket, uint16_t more_flags) const;
  std::vector<char> bytes_;
};

/// The payloads in one packet of a dump's answer. True: the dump goes on in the next packet.
Result<bool> read_dump(std::string_view packet, const std::function<void(std::string_view payload)>& each);

/// The attributes that lie behind each other in `text`; one that is cut off ends the walk.
void each_attribute(std::string_view text, const std::function<void(uint16_t type, std::string_view value)>& each);

}  // namespace cellblock::sys::netlink
