// exec.consolelog: where the commands in a jail write.
#pragma once

#include <string>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::apply {

/// Opens the log to append to it, made if missing. Below the jail's root no symbolic link is followed, whatever
/// the jail does meanwhile, and neither a FIFO nor a terminal there can hold the caller up or own it.
/// Errors: check_path()'s, `open PATH: ERR`.
Result<Fd> open_console(const std::string& root, const std::string& path);

}  // namespace cellblock::apply
