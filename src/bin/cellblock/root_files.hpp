// The files of etc/root, built in: what a new root gets besides its programs.
#pragma once

#include <span>
#include <string_view>

#include "root_dir.hpp"

namespace cellblock {

struct RootFile {
  std::string_view kind;  ///< "busybox", "debian"
  std::string_view path;  ///< in the root
  std::string_view text;
};

std::span<const RootFile> root_files();

enum class Existing : uint8_t { keep, replace };

/// Writes the files of one kind.
Result<> put_root_files(const RootDir& root, std::string_view kind, Existing existing);

}  // namespace cellblock
