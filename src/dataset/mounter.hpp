// Mounts datasets where their properties say, and tells who uses them.
#pragma once

#include <string>
#include <vector>

#include "dataset/pool.hpp"
#include "sys/mount.hpp"

namespace cellblock::dataset {

enum class Force : uint8_t { no, yes };

class Mounter {
 public:
  /// Where the dataset is mounted; empty: nowhere, or not where it belongs.
  Result<std::string> where(Pool& pool, const std::string& path);
  /// As its properties say; `wanted`: even where they say `canmount=noauto`. Errors in OpenZFS' words.
  enum class Wish : uint8_t { automatic, explicit_ };
  Result<> mount(Pool& pool, const std::string& path, Wish wish);
  /// Why::busy: "pool or dataset is busy". Not mounted is success.
  Result<> unmount(Pool& pool, const std::string& path, Force force);
  /// All that is mounted of `paths`, children first; a failure mounts again what was.
  Result<std::vector<std::string>> unmount_all(Pool& pool, const std::vector<std::string>& paths, Force force);
  /// Directories that were made for what was unmounted go: for a dataset that is gone or lies elsewhere now.
  void tidy();
  Result<> mount_all(Pool& pool, const std::vector<std::string>& paths);
  /// The flags of a mount follow changed properties.
  Result<> refresh(Pool& pool, const std::string& path);

  /// Why::busy if it is mounted elsewhere, too: in a jail, say.
  Result<> check_free(Pool& pool, const std::string& path);

 private:
  Result<> load();
  std::vector<sys::MountEntry> table_;
  std::vector<std::string> left_;
  bool loaded_ = false;
};

}  // namespace cellblock::dataset
