// Loop devices: a file as a block device.
#pragma once

#include <string>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::sys {

struct LoopDevice {
  Fd device;         ///< the kernel lets go of the file when nobody has the device open or mounted any more
  std::string path;  ///< /dev/loopN
};

enum class Access : uint8_t { read_only, read_write };

/// Why::busy if a loop device stands for this file already: two mounts of one image would destroy it.
Result<LoopDevice> attach_loop(const std::string& image, Access access);

}  // namespace cellblock::sys
