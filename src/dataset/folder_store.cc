#include "dataset/folder_store.hpp"

#include <sys/mount.h>
#include <sys/xattr.h>

#include <cerrno>

#include "dataset/btrfs.hpp"
#include "dataset/quiet_copy.hpp"
#include "dataset/tree.hpp"
#include "dataset/tree_copy.hpp"
#include "sys/file.hpp"

namespace cellblock::dataset {

Result<Fd> FolderStore::folder_of(const std::string& id) const {
  return sys::open_at(shelf_.folder(), id.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

Result<Fd> FolderStore::tree_of(const std::string& id) const {
  return sys::open_at(shelf_.folder(), (id + "/d").c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

Result<sys::Tree> FolderStore::tree(const std::string& id, const std::string&, Access access) {
  CB_TRY(Fd top, tree_of(id));
  CB_TRY(sys::Tree tree, sys::Tree::clone(top.get(), false));
  if (access == Access::read) CB_CHECK(tree.change(MOUNT_ATTR_RDONLY));
  return tree;
}

const FolderStore::Place& FolderStore::place() const {
  if (!place_.device.empty()) return place_;
  auto path = sys::path_of(shelf_.folder());
  auto id = sys::mount_id(shelf_.folder());
  auto table = sys::mount_table();
  if (!path || !id || !table) return place_;
  for (const sys::MountEntry& entry : *table)
    if (entry.id == *id) {
      std::string rest = entry.target == "/" ? *path : path->substr(entry.target.size());
      place_ = {entry.device, (entry.root == "/" ? "" : entry.root) + rest};
    }
  return place_;
}

bool FolderStore::is_shown(const sys::MountEntry& entry, const std::string& id, const std::string&) const {
  const Place& at = place();
  std::string top = at.root + "/" + id + "/d";
  return entry.device == at.device && entry.root.starts_with(top) && (entry.root.size() == top.size() || entry.root[top.size()] == '/');
}

Result<bool> FolderStore::is_held(const std::string&) { return fail(Why::unsupported, "a bind mount leaves no trace"); }

Result<uint64_t> FolderStore::own_bytes(const std::string& id) { return tree_bytes(shelf_.folder(), (id + "/d").c_str()); }

Result<std::string> CopyStore::create(uint64_t) {
  CB_TRY(std::string id, shelf_.add());
  CB_CHECK(sys::make_directory(shelf_.folder(), (id + "/d").c_str(), 0755));
  return id;
}

Result<Store::Frozen> CopyStore::freeze(const std::string& head) {
  CB_TRY(Fd from, tree_of(head));
  CB_TRY(std::string copy, copy_when_quiet(shelf_, from.get(), [this] { return create(0); }));
  return Frozen{copy, head};
}

Result<std::string> CopyStore::clone(const std::string& snapshot) {
  CB_TRY(std::string id, create(0));
  CB_TRY(Fd from, tree_of(snapshot));
  CB_TRY(Fd to, tree_of(id));
  CB_CHECK(copy_tree(from.get(), to.get(), Overlay::keep), "copying");
  return id;
}

Result<> CopyStore::limit(const std::string&, uint64_t bytes) {
  if (bytes == 0) return {};
  return fail(Why::unsupported, "copies have no quotas; use a pool on btrfs");
}

Result<std::string> BtrfsStore::create(uint64_t) {
  CB_TRY(std::string id, shelf_.add());
  CB_TRY(Fd folder, folder_of(id));
  CB_CHECK(btrfs::create_subvolume(folder.get(), "d"));
  return id;
}

Result<Store::Frozen> BtrfsStore::freeze(const std::string& head) {
  CB_TRY(std::string id, shelf_.add());
  CB_TRY(Fd from, tree_of(head));
  CB_TRY(Fd folder, folder_of(id));
  CB_CHECK(btrfs::snapshot(from.get(), folder.get(), "d", btrfs::Writes::refused));
  return Frozen{id, head};
}

Result<std::string> BtrfsStore::clone(const std::string& snapshot) {
  CB_TRY(std::string id, shelf_.add());
  CB_TRY(Fd from, tree_of(snapshot));
  CB_TRY(Fd folder, folder_of(id));
  CB_CHECK(btrfs::snapshot(from.get(), folder.get(), "d", btrfs::Writes::allowed));
  return id;
}

// With quotas on, the file system keeps the sums.
Result<uint64_t> BtrfsStore::own_bytes(const std::string& id) {
  CB_TRY(Fd top, tree_of(id));
  if (auto usage = btrfs::usage_of(top.get())) return usage->referenced;
  return FolderStore::own_bytes(id);
}

Result<uint64_t> BtrfsStore::exclusive_bytes(const std::string& id) {
  CB_TRY(Fd top, tree_of(id));
  auto usage = btrfs::usage_of(top.get());
  return usage ? usage->exclusive : 0;
}

Result<> BtrfsStore::limit(const std::string& id, uint64_t bytes) {
  CB_TRY(Fd top, tree_of(id));
  return btrfs::limit(top.get(), bytes);
}

Result<> BtrfsStore::compress(const std::string& id, const std::string& how) {
  CB_TRY(Fd top, tree_of(id));
  std::string value = how == "on" ? "zstd" : how == "off" ? "" : how;
  if (::fsetxattr(top.get(), "btrfs.compression", value.data(), value.size(), 0) < 0) return sys_fail(errno, "btrfs.compression");
  return {};
}

}  // namespace cellblock::dataset
