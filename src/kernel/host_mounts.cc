#include "kernel/host_mounts.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>

#include "kernel/faults.hpp"
#include "kernel/process_mark.hpp"
#include "kernel/strays.hpp"
#include "kernel/union_mount.hpp"
#include "model/mount_type.hpp"
#include "sys/compat.hpp"
#include "sys/file.hpp"
#include "sys/loop.hpp"
#include "sys/mount.hpp"

namespace cellblock::kernel {
namespace {

using model::MountKind;
using model::MountRecipe;

/// The low bits of MS_* that are MOUNT_ATTR_* too.
uint64_t attributes_of(const MountRecipe& recipe) { return recipe.flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC); }

Result<> mount_bind(const MountRecipe& recipe, int target) {
  CB_TRY(Fd source, sys::open(recipe.source, O_PATH));
  CB_TRY(sys::Tree tree, sys::Tree::clone(source.get(), recipe.recursive), "{}", recipe.source);
  if (uint64_t attributes = attributes_of(recipe)) CB_CHECK(tree.change(attributes, -1, recipe.recursive));
  return tree.attach(target);
}

/// A disk image: a file where a disk file system wants a block device.
bool is_image(const std::string& source) {
  struct stat status {};
  return source.starts_with('/') && ::stat(source.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

Result<> mount_native(const MountRecipe& recipe, int target) {
  sys::Tree::Options options = recipe.data;
  sys::LoopDevice loop;  // let go of at the end of this function, and by the kernel with the mount's own end
  if (is_image(recipe.source)) {
    auto access = recipe.flags & MS_RDONLY ? sys::Access::read_only : sys::Access::read_write;
    CB_TRY(loop, sys::attach_loop(recipe.source, access));
    if (access == sys::Access::read_only) options.emplace_back("ro", "");
  }
  const std::string& source = loop.device ? loop.path : recipe.source;
  if (!source.empty()) options.insert(options.begin(), {"source", source});
  CB_TRY(sys::Tree tree, sys::Tree::create(recipe.type.c_str(), options, attributes_of(recipe)));
  return tree.attach(target);
}

Result<> carry_out(const MountRecipe& recipe, int target) {
  switch (recipe.kind) {
    case MountKind::bind: return mount_bind(recipe, target);
    case MountKind::overlay: return mount_union(recipe, target, attributes_of(recipe));
    case MountKind::proc: {
      CB_TRY(sys::Tree tree, sys::Tree::create("proc", {}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
      return tree.attach(target);
    }
    case MountKind::sysfs: {
      CB_TRY(sys::Tree tree, sys::Tree::create("sysfs", {}, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
      return tree.attach(target);
    }
    case MountKind::tmpfs:
    case MountKind::native: return mount_native(recipe, target);
    case MountKind::devfs: {
      // The jail gets a /dev of its own where it finds this one; the host sees an empty place holder.
      CB_TRY(sys::Tree tree, sys::Tree::create("tmpfs", {{"mode", "0755"}, {"size", "4k"}, {"source", "devfs"}},
                                               MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
      return tree.attach(target);
    }
    case MountKind::fdescfs: return {};  // /dev/fd is a link in every devfs
  }
  return {};
}

bool is_inside(const std::string& target, const std::string& root) {
  return root.size() > 1 && target.starts_with(root + "/");
}

}  // namespace

Result<Fd> open_target(const std::string& root, const std::string& target) {
  if (root.empty()) return sys::open(target, O_PATH);
  CB_TRY(Fd top, sys::open(root, O_PATH | O_DIRECTORY));
  CB_TRY(std::string real, sys::path_of(top.get()));
  // The target may name the root by either spelling.
  const std::string* spelled = is_inside(target, root) ? &root : is_inside(target, real) ? &real : nullptr;
  if (!spelled) return sys::open(target, O_PATH);
  auto opened = sys::open_resolved(top.get(), target.c_str() + spelled->size() + 1, O_PATH,
                                   RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
  if (opened) return opened;
  if (opened.error().sys == ENOSYS) return opened;
  if (opened.error().sys == ELOOP) return fail(Why::invalid, "{} is a symbolic link", target);
  return sys_fail(opened.error().sys, "{}", target);
}

Result<> mount_on(int target, const std::string& type, const std::string& source,
                  const std::vector<std::string>& options, const std::string& shown_target) {
  CB_TRY(MountRecipe recipe, model::mount_recipe(type, source, options));
  CB_CHECK(carry_out(recipe, target), "{}", shown_target);
  return {};
}

namespace {

/// Unmounts what lies topmost at `target`, unless that is mount `was`. True: something was unmounted.
Result<bool> unmount_at(const std::string& root, const std::string& target, uint64_t was) {
  auto place = open_target(root, target);
  if (!place) return place.error().why == Why::absent ? Result<bool>(false) : pass(place.error());
  CB_TRY(uint64_t now, sys::mount_id(place->get()));
  if (now == was) return false;
  CB_TRY(std::string path, sys::path_of(place->get()));
  place->reset();
  if (::umount2(path.c_str(), UMOUNT_NOFOLLOW) == 0) return true;
  if (errno == EINVAL) return false;  // not a mount point any more
  if (errno == EBUSY && ::umount2(path.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH) == 0) return true;
  return sys_fail(errno, "umount {}", target);
}

std::string upper_of(const port::MountRequest& request) {
  auto recipe = model::mount_recipe(request.type, request.source, request.options);
  if (!recipe || recipe->kind != MountKind::overlay) return {};
  return recipe->below ? request.target : recipe->source;
}

}  // namespace

Result<bool> undo_mount(const record::MountMade& made) {
  CB_TRY(bool unmounted, unmount_at(made.root, made.target, made.was));
  if (made.upper.empty()) return unmounted;
  auto upper = made.upper == made.target ? open_target(made.root, made.target) : sys::open(made.upper, O_PATH | O_DIRECTORY);
  if (upper) remove_work(upper->get());
  return unmounted;
}

Result<> HostMounts::mount(const port::MountRequest& request) {
  CB_TRY(Registry * record, registry_.get());
  // Spelled from the working directory it would mean nothing to who reads the journal elsewhere.
  const std::string root = request.root.starts_with('/') ? request.root : real_root(request.root);
  CB_CHECK(undo_strays_below(*record, root));
  CB_TRY(Fd target, open_target(root, request.target));
  CB_TRY(uint64_t was, sys::mount_id(target.get()));
  const record::MountMade made{this_process(), root, request.target, was, upper_of(request)};
  CB_CHECK(record->append(record::mount_line(made)));
  Result<> mounted = faults::step("mount announced");
  if (mounted) mounted = mount_on(target.get(), request.type, request.source, request.options, request.target);
  if (!mounted) {
    CB_CHECK(undo_mount(made));
    CB_CHECK(record->append(record::unmount_line(request.target)));
  }
  faults::passed("mounted");
  return mounted;
}

Result<> HostMounts::unmount(const port::MountRequest& request) {
  CB_TRY(Registry * record, registry_.get());
  CB_TRY(const record::State* state, record->refresh());
  record::MountMade made{this_process(), request.root, request.target, 0, upper_of(request)};
  for (const record::MountMade& known : state->mounts)
    if (known.target == request.target) made.was = known.was;
  CB_CHECK(faults::step("unmount"));
  CB_CHECK(undo_mount(made));
  faults::passed("unmounted");
  return record->append(record::unmount_line(request.target));
}

}  // namespace cellblock::kernel
