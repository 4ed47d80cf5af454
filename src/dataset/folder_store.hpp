// What the back ends share that keep a dataset as a plain directory ID/d, mounted by a bind: copies and subvolumes.
#pragma once

#include "dataset/store.hpp"

namespace cellblock::dataset {

class FolderStore : public Store {
 public:
  explicit FolderStore(Shelf& shelf) : shelf_(shelf) {}

  Result<sys::Tree> tree(const std::string& id, const std::string& source, Access access) override;
  bool is_shown(const sys::MountEntry& entry, const std::string& id, const std::string& source) const override;
  Result<bool> is_held(const std::string& id) override;
  Result<uint64_t> own_bytes(const std::string& id) override;

 protected:
  Result<Fd> folder_of(const std::string& id) const;   ///< ID
  Result<Fd> tree_of(const std::string& id) const;     ///< ID/d

  Shelf& shelf_;

 private:
  /// Where the shelf is in its file system, as tables of mounts show it.
  struct Place {
    std::string device, root;
  };
  const Place& place() const;
  mutable Place place_;
};

/// A whole copy for each snapshot and clone; blocks are shared where the file system does that (XFS, btrfs).
class CopyStore : public FolderStore {
 public:
  using FolderStore::FolderStore;
  Result<std::string> create(uint64_t bytes) override;
  Result<Frozen> freeze(const std::string& head) override;
  Result<std::string> clone(const std::string& snapshot) override;
  Result<> limit(const std::string& id, uint64_t bytes) override;
};

/// Subvolumes of btrfs and their snapshots.
class BtrfsStore : public FolderStore {
 public:
  using FolderStore::FolderStore;
  Result<std::string> create(uint64_t bytes) override;
  Result<Frozen> freeze(const std::string& head) override;
  Result<std::string> clone(const std::string& snapshot) override;
  Result<uint64_t> own_bytes(const std::string& id) override;
  Result<uint64_t> exclusive_bytes(const std::string& id) override;
  Result<> limit(const std::string& id, uint64_t bytes) override;
  Result<> compress(const std::string& id, const std::string& how) override;
};

}  // namespace cellblock::dataset
