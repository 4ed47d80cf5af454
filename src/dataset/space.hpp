// What datasets take on disk. A layer that is complete never changes: its size is found out once and kept in the
// pool's file `sizes`, a cache that may be deleted.
#pragma once

#include <map>
#include <string>

#include "dataset/pool.hpp"

namespace cellblock::dataset {

class Space {
 public:
  explicit Space(Pool& pool) : pool_(pool) {}
  ~Space();
  Space(const Space&) = delete;
  Space& operator=(const Space&) = delete;

  /// Sums, each of what lies on disk: what several are built on counts for each of them.
  Result<uint64_t> referenced(const Record& record);
  Result<uint64_t> referenced(const Record& record, const Snapshot& snapshot);
  /// What no other is built on; else 0.
  Result<uint64_t> used(const Record& record, const Snapshot& snapshot);
  Result<uint64_t> used_by_dataset(const Record& record);
  Result<uint64_t> used_by_snapshots(const Record& record);
  /// With all below.
  Result<uint64_t> used(const std::string& path);
  /// By the file system and the quotas here and above.
  Result<uint64_t> available(const std::string& path);

 private:
  struct Layer {
    uint64_t bytes = 0;
    std::string below;
  };
  enum class Change : uint8_t { over, possible };
  void load();
  Result<Layer> layer(const std::string& backend, const std::string& id, Change change);
  Result<uint64_t> chain_bytes(const std::string& backend, const std::string& id);

  Pool& pool_;
  std::map<std::string, Layer> layers_;
  std::map<std::string, uint64_t> chains_, used_;
  std::string news_;
  bool loaded_ = false;
};

}  // namespace cellblock::dataset
