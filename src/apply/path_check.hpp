// Is this a path that may be mounted on, or written to, while a jail can change what lies below its root?
#pragma once

#include <string>

#include "base/error.hpp"

namespace cellblock::apply {

enum class Leaf : uint8_t {
  must_exist,
  may_be_missing,  ///< a file that will be made
};

/// Fails unless `path` is absolute and no component below `root` is a symbolic link or missing. Above the jail's
/// root nothing is checked: no jail can change it. An empty root is "/". Texts as on FreeBSD:
/// `P: not an absolute pathname`, `P is a symbolic link`, `P: No such file or directory`.
///
/// This is for the message: who opens or mounts on the path resolves it safely once more.
Result<> check_path(const std::string& root, const std::string& path, Leaf leaf);

/// What lies below the root: "var/log" for /p and /p/var/log; empty if `path` is not below it.
std::string below(const std::string& root, const std::string& path);

}  // namespace cellblock::apply
