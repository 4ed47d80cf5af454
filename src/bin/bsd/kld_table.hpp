// FreeBSD's kernel modules and what stands in for them in a Linux kernel.
#pragma once

#include <string>
#include <string_view>

namespace cellblock::bsd {

enum class KldKind : uint8_t {
  always,       ///< Cellblock brings it, or every Linux kernel has it
  file_system,  ///< `linux` is the file system
  link,         ///< `linux` is the kind of interface
  device,       ///< `linux` is a node below /dev, `module` what makes it
  module,       ///< `linux` is the module's name
};

struct Kld {
  std::string_view name;  ///< without ".ko"
  KldKind kind;
  std::string_view linux_name;
  std::string_view modules;  ///< to be loaded, separated by blanks; the first that exists is enough
};

/// nullptr: FreeBSD's name means nothing to us; a Linux module of that name may exist.
const Kld* find_kld(std::string_view name);

/// "nullfs" of "nullfs.ko", "/boot/kernel/nullfs.ko" and "nullfs".
std::string kld_base_name(std::string_view file);

}  // namespace cellblock::bsd
