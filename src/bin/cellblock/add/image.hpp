// A disk image with an ext4 in it, mounted for as long as the object lives.
#pragma once

#include <string>

#include "base/error.hpp"

namespace cellblock::add {

/// A sparse file of that size with an empty file system. Replaces nothing.
Result<> make_image(const std::string& path, uint64_t bytes, const std::string& label);

/// The image mounted on a folder, in a mount namespace of this process' own: when the process dies the mount and its loop
/// device are gone with it, and nobody else ever sees them.
class OpenImage {
 public:
  static Result<OpenImage> open(const std::string& image, const std::string& folder);
  OpenImage(OpenImage&& other) noexcept : folder_(std::move(other.folder_)) { other.folder_.clear(); }
  ~OpenImage();

  const std::string& folder() const { return folder_; }
  /// Everything is on the disk, or this says that it isn't.
  Result<> close(const std::string& image);

 private:
  explicit OpenImage(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

}  // namespace cellblock::add
