// The variables of sysctl(8): where each one's value comes from on Linux.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cellblock::bsd {

enum class OidKind : uint8_t { integer, text, opaque };

/// How a value gets from Linux to FreeBSD's form and back.
enum class Via : uint8_t {
  computed,   ///< a value of the machine, by `key`
  proc,       ///< the file /proc/sys/KEY
  proc_first, ///< its first number
  proc_second,
  proc_third,
  proc_not,   ///< 0 for 1 and 1 for 0
  proc_milliseconds,  ///< Linux counts seconds
  store,      ///< kept by us; `key` is the value at boot
  firewall,   ///< of ipfw(8), by `key`
  jail,       ///< of the jail that one is in, by `key`
};

struct Oid {
  std::string_view name;
  OidKind kind;
  bool writable;
  Via via;
  std::string_view key;
  std::string_view text;  ///< sysctl -d
};

/// Sorted by name.
std::span<const Oid> oids();
const Oid* find_oid(std::string_view name);
/// The rows below "security.jail", which is itself no variable; empty if there are none.
std::span<const Oid> oids_below(std::string_view node);

}  // namespace cellblock::bsd
