// How a back end keeps the data of datasets. What it makes is on the pool's shelf and named by no record yet; a record
// makes it count, and the shelf takes away what none names.
#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "dataset/shelf.hpp"
#include "sys/mount.hpp"

namespace cellblock::dataset {

enum class Access : uint8_t { read, write };

class Store {
 public:
  virtual ~Store() = default;

  /// An empty tree. `bytes`: as large as it may become, 0: as the pool.
  virtual Result<std::string> create(uint64_t bytes) = 0;

  /// What is in `head` now, to stay as it is: `snapshot`, and `head` to go on with, perhaps another one. One that
  /// is mounted is left in place, and its snapshot is what it was at one moment.
  struct Frozen {
    std::string snapshot, head;
  };
  virtual Result<Frozen> freeze(const std::string& head) = 0;

  /// A tree to be written, with what is in the snapshot.
  virtual Result<std::string> clone(const std::string& snapshot) = 0;

  /// A detached mount of it. `source` is what the table of mounts shows, where the file system lets one choose.
  virtual Result<sys::Tree> tree(const std::string& id, const std::string& source, Access access) = 0;

  /// Whether the entry of a table of mounts is `id`, or lies in it.
  virtual bool is_shown(const sys::MountEntry& entry, const std::string& id, const std::string& source) const = 0;
  /// Whether it is mounted by anybody, in whatever namespace. Why::unsupported: the back end can't tell.
  virtual Result<bool> is_held(const std::string& id) = 0;

  /// Bytes on disk that are its own: not those of what it is built on.
  virtual Result<uint64_t> own_bytes(const std::string& id) = 0;
  /// Bytes that would be free without it, where the back end can tell them from those that it shares.
  virtual Result<uint64_t> exclusive_bytes(const std::string& id) { return own_bytes(id); }

  /// Holds it to an amount; 0: no more. Why::unsupported says what would be needed.
  virtual Result<> limit(const std::string& id, uint64_t bytes) = 0;
  virtual Result<> compress(const std::string& id, const std::string& how);
};

/// By name: "overlay", "btrfs", "copy", "image". Why::unsupported where the pool's file system is not the right one.
Result<std::unique_ptr<Store>> open_store(const std::string& backend, Shelf& shelf);
/// What suits the file system that the shelf lies on.
std::string suitable_backend(const Shelf& shelf);

std::unique_ptr<Store> overlay_store(Shelf& shelf);

}  // namespace cellblock::dataset
