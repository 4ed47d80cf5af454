// User databases as files: the jail's own /etc/passwd and /etc/group are hostile input, read with bounds and
// never through NSS modules; the host's are read likewise.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/error.hpp"

namespace cellblock::kernel {

struct User {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  ///< supplementary, the primary included
  std::string home = "/", shell = "/bin/sh";
};

/// Looks `name` up in etc/passwd and etc/group below `root`; nothing in the paths leads out of it.
/// Why::absent: no such user.
Result<User> find_user(int root, const std::string& name);

/// For tests: the same from text.
Result<User> find_user_in(const std::string& passwd, const std::string& group, const std::string& name);

}  // namespace cellblock::kernel
