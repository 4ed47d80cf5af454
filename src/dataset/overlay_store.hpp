// Layers of overlayfs, on any file system that can be an upper one.
//
// ID/d holds the files of a layer, ID/w is overlayfs' own while it is the upper one. A snapshot of what is not mounted
// makes the upper layer a lower one, and a clone is an empty layer over a snapshot's: both take the same time whatever
// the size. A layer in use can't be swapped under its open files, so the snapshot of a mounted dataset is a copy of its
// upper layer (blocks are shared where the file system does that), taken while nothing was written: it costs what the
// dataset has changed since its last snapshot. Chains of layers are cut by a copy of the whole where they get too long.
#pragma once

#include "dataset/store.hpp"

namespace cellblock::dataset {

class OverlayStore : public Store {
 public:
  explicit OverlayStore(Shelf& shelf) : shelf_(shelf) {}

  Result<std::string> create(uint64_t bytes) override;
  Result<Frozen> freeze(const std::string& head) override;
  Result<std::string> clone(const std::string& snapshot) override;
  Result<sys::Tree> tree(const std::string& id, const std::string& source, Access access) override;
  bool is_shown(const sys::MountEntry& entry, const std::string& id, const std::string& source) const override;
  Result<bool> is_held(const std::string& id) override;
  Result<uint64_t> own_bytes(const std::string& id) override;
  Result<> limit(const std::string& id, uint64_t bytes) override;

 private:
  Result<std::string> layer_over(const std::string& below, const std::string& like);
  Result<std::string> base_for(const std::string& id);
  Result<std::string> flatten(const std::string& id);
  Result<Frozen> freeze_mounted(const std::string& head);

  Shelf& shelf_;
};

}  // namespace cellblock::dataset
