// What natd(8) is told, on its command line, in rc.conf's natd_flags or in a file: an instance of NAT for its divert port.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ipfw/nat.hpp"

namespace cellblock::ipfw {

struct Natd {
  uint32_t port = 8668;
  std::string interface;
  std::string address;
  std::vector<std::string> words;  ///< as "nat N config" has them
  bool verbose = false;

  Result<Nat> nat() const;
};

/// The text of a file.
using ReadFile = std::function<Result<std::string>(const std::string& path)>;

Result<Natd> parse_natd(std::span<const std::string> words, const ReadFile& read);

}  // namespace cellblock::ipfw
