// The programs that come with this one, in libexec/cellblock: of a build tree and of an installation alike.
#pragma once

#include <string>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::kernel {

/// The path of libexec/cellblock/`name`, from where the running program lies.
Result<std::string> own_program(const std::string& name);

/// FreeBSD's commands (src/bin/bsd) as a file in memory that nobody can change: root of a jail that has the host's ids
/// could write to the file itself.
Result<Fd> sealed_commands();

}  // namespace cellblock::kernel
