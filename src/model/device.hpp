// What lies below a jail's /dev.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace cellblock::model {

enum class DeviceKind : uint8_t { character, block, directory, link };

struct Device {
  std::string name;  ///< below /dev, without a leading '/': "net/tun"
  DeviceKind kind = DeviceKind::character;
  unsigned major = 0, minor = 0;
  mode_t mode = 0666;  ///< permission bits
  uid_t uid = 0;
  gid_t gid = 0;
  std::string target;  ///< of a link

  friend bool operator==(const Device&, const Device&) = default;
};

/// What a devfs shows, in an order in which it can be made: a directory stands before what lies in it. `pts`
/// asks for a devpts of the jail's own, `shm` and `mqueue` for file systems of their own.
using DeviceTree = std::vector<Device>;

}  // namespace cellblock::model
