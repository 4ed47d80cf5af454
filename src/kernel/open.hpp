// The way to this kernel's ports: the real thing on a host, the warden's client inside a jail.
#pragma once

#include <memory>

#include "base/error.hpp"
#include "port/jails.hpp"
#include "port/links.hpp"
#include "port/mounts.hpp"
#include "port/programs.hpp"

namespace cellblock::kernel {

/// Whether this process is in a jail.
bool jailed();

/// Why::denied without root rights.
Result<std::unique_ptr<port::Jails>> open_jails();
std::unique_ptr<port::Mounts> open_mounts();
std::unique_ptr<port::Links> open_links();
std::unique_ptr<port::Programs> open_programs();

}  // namespace cellblock::kernel
