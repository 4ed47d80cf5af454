// A root directory being filled: for a jail, or for chroot(8).
//
// Whatever lies in it already (it may have been a jail's), nothing is written outside of it: every path is
// resolved as the jail would resolve it.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock {

class RootDir {
 public:
  /// Opens `path`, and makes it with its parents if it is missing. The one around it, if made, is closed to all but
  /// root: files that run with the rights of their owner are the jail's to make, and must not be there for the host's
  /// users to execute.
  static Result<RootDir> make(const std::string& path);

  /// `path` and its parents; those that exist stay as they are, links to directories included.
  Result<> directory(std::string_view path, mode_t mode = 0755) const;
  /// What is there already is kept: false.
  Result<bool> link(std::string_view path, const std::string& target) const;
  /// Replaces what is there.
  Result<> file(std::string_view path, mode_t mode, std::string_view text) const;
  /// Contents, permissions and time of the open file `from`; replaces what is there.
  Result<> copy(std::string_view path, int from) const;

  /// A file or link; absent is success.
  Result<> remove(std::string_view path) const;

  bool has(std::string_view path) const;
  /// Nothing is in it but what a fresh file system has.
  bool is_empty() const;
  /// It is the root of this process itself.
  bool is_own_root() const;
  /// Notes in an extended attribute, as far as the file system has them, that this is a root of ours: one that more
  /// may be put into.
  void mark() const;
  bool is_marked() const;
  const std::string& path() const { return path_; }
  int fd() const { return dir_.get(); }

 private:
  RootDir(Fd dir, std::string path) : dir_(std::move(dir)), path_(std::move(path)) {}
  Result<Fd> parent_of(std::string_view path) const;

  Fd dir_;
  std::string path_;
};

/// The last component of a path: "ls" of "/bin/ls".
std::string_view base_name(std::string_view path);

}  // namespace cellblock
