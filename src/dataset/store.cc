#include "dataset/store.hpp"

#include "dataset/btrfs.hpp"
#include "dataset/folder_store.hpp"

namespace cellblock::dataset {

Result<> Store::compress(const std::string&, const std::string& how) {
  if (how == "off") return {};
  return fail(Why::unsupported, "'compression' needs a pool on btrfs");
}

std::string suitable_backend(const Shelf& shelf) { return btrfs::is_on(shelf.folder()) ? "btrfs" : "overlay"; }

Result<std::unique_ptr<Store>> open_store(const std::string& backend, Shelf& shelf) {
  if (backend == "overlay") return overlay_store(shelf);
  if (backend == "copy") return std::make_unique<CopyStore>(shelf);
  if (backend == "btrfs" && btrfs::is_on(shelf.folder())) return std::make_unique<BtrfsStore>(shelf);
  if (backend == "btrfs") return fail(Why::unsupported, "back end btrfs: the pool's directory is not on btrfs");
  return fail(Why::unsupported, "no back end '{}'", backend);
}

}  // namespace cellblock::dataset
