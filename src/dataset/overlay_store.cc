#include "dataset/overlay_store.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "dataset/quiet_copy.hpp"
#include "dataset/tree.hpp"
#include "dataset/tree_copy.hpp"
#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

constexpr size_t most_layers = 200;   // the kernel takes 500; each is looked through for a name that none has
constexpr size_t longest_layer = 16;
constexpr size_t option_limit = 255;  // of one string to fsconfig(2)

/// Options of overlayfs name layers relative to the shelf, so that they stay short.
class AtShelf {
 public:
  static Result<AtShelf> enter(const Shelf& shelf) {
    CB_TRY(Fd before, sys::open(".", O_PATH | O_DIRECTORY));
    if (::fchdir(shelf.folder()) < 0) return sys_fail(errno, "fchdir");
    return AtShelf(std::move(before));
  }
  AtShelf(AtShelf&&) = default;
  ~AtShelf() {
    if (before_) (void)!::fchdir(before_.get());
  }

 private:
  explicit AtShelf(Fd before) : before_(std::move(before)) {}
  Fd before_;
};

/// In one option where it fits, which every kernel takes; else one by one (Linux 6.8).
void put_layers(sys::Tree::Options& options, const std::vector<std::string>& layers) {
  std::string all;
  for (const std::string& layer : layers) all += (all.empty() ? "" : ":") + layer;
  if (all.size() <= option_limit) options.emplace_back("lowerdir", all);
  else
    for (const std::string& layer : layers) options.emplace_back("lowerdir+", layer);
}

Result<sys::Tree> union_of(const std::string& source, const std::vector<std::string>& lower, const std::string& upper, uint64_t attributes) {
  sys::Tree::Options options{{"source", source}};
  put_layers(options, lower);
  if (!upper.empty()) {
    options.emplace_back("upperdir", upper + "/d");
    options.emplace_back("workdir", upper + "/w");
    // A directory of a lower layer can be renamed, as a program expects it.
    options.emplace_back("redirect_dir", "on");
  }
  return sys::Tree::create("overlay", options, attributes);
}

}  // namespace

Result<std::string> OverlayStore::layer_over(const std::string& below, const std::string& like) {
  CB_TRY(std::string id, shelf_.add(below));
  CB_CHECK(sys::make_directory(shelf_.folder(), (id + "/d").c_str(), 0755));
  CB_CHECK(sys::make_directory(shelf_.folder(), (id + "/w").c_str(), 0700));
  if (like.empty()) return id;
  // The top of the union is that of the upper layer.
  CB_TRY(Fd from, sys::open_at(shelf_.folder(), (like + "/d").c_str(), O_RDONLY | O_DIRECTORY));
  CB_TRY(Fd to, sys::open_at(shelf_.folder(), (id + "/d").c_str(), O_RDONLY | O_DIRECTORY));
  CB_CHECK(copy_attributes(from.get(), to.get(), Overlay::drop));
  return id;
}

Result<std::string> OverlayStore::create(uint64_t) { return layer_over("", ""); }

Result<std::string> OverlayStore::clone(const std::string& snapshot) {
  CB_TRY(std::string base, base_for(snapshot));
  auto made = layer_over(base, snapshot);
  if (base != snapshot) CB_CHECK(shelf_.drop(base));  // it goes with the clone
  return made;
}

/// What a further layer can lie on: `id` itself or, where that has too many, a copy of all that is in it.
Result<std::string> OverlayStore::base_for(const std::string& id) {
  CB_TRY(std::vector<std::string> chain, shelf_.chain(id));
  size_t length = longest_layer;  // with the new one, it must still be possible to mount it to join its layers
  for (const std::string& one : chain) length += one.size() + 3;
  if (length <= option_limit) return id;
  if (chain.size() >= most_layers) return flatten(id);
  CB_TRY(AtShelf there, AtShelf::enter(shelf_));
  sys::Tree::Options one_by_one;  // not every kernel takes them so
  for (const std::string& one : chain) one_by_one.emplace_back("lowerdir+", one + "/d");
  bool fits = sys::Tree::create("overlay", one_by_one, 0).has_value();
  return fits ? Result<std::string>(id) : flatten(id);
}

Result<std::string> OverlayStore::flatten(const std::string& id) {
  CB_TRY(sys::Tree whole, tree(id, "flatten", Access::read));
  CB_TRY(std::string flat, layer_over("", id));
  CB_TRY(Fd from, sys::open_at(whole.fd(), ".", O_RDONLY | O_DIRECTORY));
  CB_TRY(Fd to, sys::open_at(shelf_.folder(), (flat + "/d").c_str(), O_RDONLY | O_DIRECTORY));
  CB_CHECK(copy_tree(from.get(), to.get(), Overlay::drop), "joining layers");
  return flat;
}

Result<Store::Frozen> OverlayStore::freeze(const std::string& head) {
  CB_TRY(bool held, is_held(head));
  if (held) return freeze_mounted(head);
  CB_TRY(std::string base, base_for(head));
  CB_TRY(std::string next, layer_over(base, head));
  if (base != head) CB_CHECK(shelf_.drop(base));
  return Frozen{head, next};
}

Result<Store::Frozen> OverlayStore::freeze_mounted(const std::string& head) {
  CB_TRY(std::string below, shelf_.below(head));
  CB_TRY(Fd from, sys::open_at(shelf_.folder(), (head + "/d").c_str(), O_RDONLY | O_DIRECTORY));
  CB_TRY(std::string copy, copy_when_quiet(shelf_, from.get(), [&] { return layer_over(below, ""); }));
  return Frozen{copy, head};
}

Result<sys::Tree> OverlayStore::tree(const std::string& id, const std::string& source, Access access) {
  CB_TRY(std::vector<std::string> chain, shelf_.chain(id));
  CB_CHECK(sys::make_directory(shelf_.folder(), "../empty", 0755));
  std::vector<std::string> lower;
  for (const std::string& one : chain)
    if (access == Access::read || one != id) lower.push_back(one + "/d");
  if (lower.size() < (access == Access::read ? 2 : 1)) lower.emplace_back("../empty");  // overlayfs insists
  CB_TRY(AtShelf there, AtShelf::enter(shelf_));
  return union_of(source, lower, access == Access::read ? "" : id, 0);
}

bool OverlayStore::is_shown(const sys::MountEntry& entry, const std::string&, const std::string& source) const {
  return entry.type == "overlay" && entry.source == source;
}

// The kernel knows which directories are the upper one of a mount, in whatever namespace, and refuses them a second
// time if the options ask for an index. That comes before it sees that the work directory can't be the upper one,
// so that nothing is mounted or written either way.
Result<bool> OverlayStore::is_held(const std::string& id) {
  CB_CHECK(sys::make_directory(shelf_.folder(), "../empty", 0755));
  CB_TRY(AtShelf there, AtShelf::enter(shelf_));
  auto tried = sys::Tree::create("overlay", {{"lowerdir", "../empty"}, {"upperdir", id + "/d"}, {"workdir", id + "/d"}, {"index", "on"}}, 0);
  if (!tried && tried.error().sys == EINVAL) return false;
  if (!tried && tried.error().sys == EBUSY) return true;
  if (!tried) return pass(std::move(tried.error()));
  return fail(Why::unsupported, "this kernel doesn't tell which layers are in use");
}

Result<uint64_t> OverlayStore::own_bytes(const std::string& id) { return tree_bytes(shelf_.folder(), (id + "/d").c_str()); }

Result<> OverlayStore::limit(const std::string&, uint64_t bytes) {
  if (bytes == 0) return {};
  return fail(Why::unsupported, "overlay on this file system has no quotas; use a pool on btrfs");
}

std::unique_ptr<Store> overlay_store(Shelf& shelf) { return std::make_unique<OverlayStore>(shelf); }

}  // namespace cellblock::dataset
