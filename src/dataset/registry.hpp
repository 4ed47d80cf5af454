// The pools that this host knows: a small file each in /var/db/cellblock/pools.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace cellblock::dataset {

struct PoolEntry {
  std::string name;
  std::string directory;  ///< an absolute path without symbolic links; its `.cellblock` holds all
  std::string image;      ///< the file or device with a file system, which is mounted there; empty: none
  uint64_t guid = 0;
  int64_t created = 0;
  friend bool operator==(const PoolEntry&, const PoolEntry&) = default;
};

std::string pool_text(const PoolEntry& entry);
Result<PoolEntry> parse_pool(std::string_view text);

class Registry {
 public:
  /// The folder: CELLBLOCK_POOLS of the environment, or else /var/db/cellblock/pools.
  static Registry standard();
  explicit Registry(std::string folder) : folder_(std::move(folder)) {}

  const std::string& folder() const { return folder_; }
  /// By name. A file that can't be read is an error with its path.
  Result<std::vector<PoolEntry>> all() const;
  /// Why::absent: "no such pool 'x'".
  Result<PoolEntry> find(const std::string& name) const;
  Result<> write(const PoolEntry& entry) const;
  Result<> remove(const std::string& name) const;
  /// Held while pools come and go.
  Result<Fd> lock() const;

 private:
  std::string folder_;
};

}  // namespace cellblock::dataset
