// Programs of this host, again in another root, with all that they need to run there.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "elf.hpp"
#include "root_dir.hpp"

namespace cellblock {

class Replica {
 public:
  explicit Replica(const RootDir& root) : root_(root) {}

  /// A program: a name found in PATH, or a path. One that lies in a folder for programs or software (/bin, /usr,
  /// /opt ...) keeps its path, another one becomes bin/NAME. Its interpreter and libraries come along.
  Result<> add_program(const std::string& word);

  /// A file, link or folder under its own path, with the links that lead to it; programs and libraries among the
  /// files bring what they need.
  Result<> add_path(const std::string& path);

  /// What was put into the root so far.
  size_t files() const { return files_; }
  uint64_t bytes() const { return bytes_; }
  /// What could not be found and may be missed: "libx.so.1 (needed by /bin/a)".
  const std::vector<std::string>& missing() const { return missing_; }

 private:
  Result<std::string> replicate(const std::string& path);
  Result<> copy_file(const std::string& from, const std::string& to);
  Result<> add_tree(const std::string& path);
  Result<> follow(const std::string& file, std::vector<std::string> search);
  Result<> follow_elf(const std::string& file, const Elf& elf, std::vector<std::string> search);
  Result<> follow_script(std::string_view first_line);
  Result<std::string> find_library(const std::string& name, const Elf& by, const std::vector<std::string>& search);

  const RootDir& root_;
  std::set<std::string> copied_, followed_;  ///< paths in the root; paths on the host, without links
  std::vector<std::string> missing_;
  std::string ld_cache_;
  bool ld_cache_read_ = false;
  size_t files_ = 0;
  uint64_t bytes_ = 0;
};

/// The folders in which a library of this machine type is looked for without being told.
std::vector<std::string> default_library_folders(const Elf& elf);

/// $ORIGIN and ${ORIGIN} of a run path replaced; nothing for one with another variable.
std::string expand_run_path(std::string_view entry, std::string_view origin);

}  // namespace cellblock
