#include "mounting.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>

#include "applet.hpp"
#include "base/text.hpp"
#include "devfs_nodes.hpp"
#include "kernel/devices.hpp"
#include "kernel/host_mounts.hpp"
#include "kernel/open.hpp"
#include "model/mount_type.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"

namespace cellblock::bsd {
namespace {

using model::MountKind;

// The error of a path that a user gave: "PATH: No such file or directory".
tl::unexpected<Error> path_error(const std::string& path, int error) {
  return fail(why_of(error), "{}: {}", path, strerror_of(error));
}

Result<> check_paths(const model::MountRecipe& recipe, const conf::FstabEntry& entry) {
  struct stat target, source;
  if (::stat(entry.target.c_str(), &target) < 0) return path_error(entry.target, errno);
  bool onto_file = recipe.kind == MountKind::bind && S_ISREG(target.st_mode);
  if (!S_ISDIR(target.st_mode) && !onto_file) return path_error(entry.target, ENOTDIR);
  if (recipe.kind != MountKind::bind && recipe.kind != MountKind::overlay) return {};
  if (::stat(entry.source.c_str(), &source) < 0) return path_error(entry.source, errno);
  if (S_ISDIR(source.st_mode) != S_ISDIR(target.st_mode)) return path_error(entry.target, ENOTDIR);
  return {};
}

// `mount -u`: only what belongs to the mount itself; a file system's own options need its own tools.
Result<> update(const model::MountRecipe& recipe, const std::string& target) {
  if (::mount(nullptr, target.c_str(), nullptr, MS_REMOUNT | MS_BIND | recipe.flags, nullptr) == 0) return {};
  return path_error(target, errno);
}

Result<> mount_devfs(const model::MountRecipe& recipe, int target) {
  int number = recipe.ruleset < 0 ? 0 : recipe.ruleset;
  CB_TRY(conf::DevfsRules rules, kernel::host_devfs_rules());
  CB_TRY(model::DeviceTree tree,
         conf::devfs::visible(number, rules, host_devices("/dev"), host_owners()));
  CB_TRY(sys::Tree mounted, sys::Tree::create("tmpfs", {{"mode", "0755"}, {"source", "devfs"}}, MS_NOSUID | MS_NOEXEC));
  CB_CHECK(make_devices(mounted.fd(), tree));
  return mounted.attach(target);
}

// In a jail mounting is mount(2): the warden serves no other way. It goes by FreeBSD's names, allow.mount.linprocfs is
// not allow.mount.procfs; a jail with linux.mount has only the kernel to ask.
Result<> mount_in_jail(const model::MountRecipe& recipe, const conf::FstabEntry& entry) {
  bool bind = recipe.kind == MountKind::bind;
  unsigned long flags = recipe.flags | (bind ? static_cast<unsigned long>(MS_BIND) : 0);
  std::string source = recipe.source.empty() ? entry.type : recipe.source, data = recipe.data_text();
  for (const std::string& type : {entry.type, recipe.type})
    if (::mount(source.c_str(), entry.target.c_str(), type.c_str(), flags, data.c_str()) == 0) return {};
    else if (errno != ENODEV) break;
  return path_error(entry.source, errno);
}

}  // namespace

std::string_view mount_program(std::string_view type) {
  if (type == "nullfs") return "mount_nullfs";
  if (type == "unionfs") return "mount_unionfs";
  return "mount";
}

Result<> mount_entry(const conf::FstabEntry& entry) {
  auto recipe = model::mount_recipe(entry.type, entry.source, entry.options);
  if (!recipe) return fail(Why::invalid, "{}: {}: {}", entry.source, recipe.error().text(), strerror_of(EINVAL));
  CB_CHECK(check_paths(*recipe, entry));
  if (recipe->update) return update(*recipe, entry.target);
  if (kernel::jailed()) return mount_in_jail(*recipe, entry);
  CB_TRY(Fd target, sys::open(entry.target, O_PATH));
  auto mounted = recipe->kind == MountKind::devfs
                     ? mount_devfs(*recipe, target.get())
                     : kernel::mount_on(target.get(), entry.type, entry.source, entry.options, entry.target);
  if (mounted) return {};
  if (mounted.error().sys == 0) return fail(mounted.error().why, "{}: {}", entry.source, mounted.error().text());
  return path_error(entry.source, mounted.error().sys);
}

std::vector<std::string> disk_types() {
  std::vector<std::string> types;
  for (const std::string& line : split(sys::read_file("/proc/filesystems").value_or(""), '\n'))
    if (!line.empty() && line.starts_with('\t')) types.push_back(line.substr(1));
  return types;
}

Result<> unmount(const std::string& target, Force force) {
  int flags = UMOUNT_NOFOLLOW | (force == Force::yes ? MNT_DETACH : 0);
  if (::umount2(target.c_str(), flags) == 0) return {};
  return sys_fail(errno, "{}", target);
}

}  // namespace cellblock::bsd
