// Requests to rtnetlink: a request is a value of bytes, sent and answered in one call.
#pragma once

#include <cstdint>
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

  const std::vector<char>& bytes() const { return bytes_; }

 private:
  void append(const void* data, size_t size);
  std::vector<char> bytes_;
};

}  // namespace cellblock::sys::netlink
