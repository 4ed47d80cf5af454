#include "dataset/mounter.hpp"

#include <dirent.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>

#include "base/text.hpp"
#include "dataset/settings.hpp"
#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

struct Shown {
  Store* store = nullptr;
  std::string data, path;
  bool is(const sys::MountEntry& entry) const { return store->is_shown(entry, data, path); }
};

Result<Shown> shown_of(Pool& pool, const std::string& path) {
  CB_TRY(Record * record, pool.find(path));
  CB_TRY(Store * store, pool.store(record->backend));
  return Shown{store, record->data, path};
}

struct Flag {
  std::string_view property, value;
  uint64_t attribute;
};
constexpr Flag flags[] = {{"readonly", "on", MOUNT_ATTR_RDONLY}, {"exec", "off", MOUNT_ATTR_NOEXEC}, {"setuid", "off", MOUNT_ATTR_NOSUID},
                          {"devices", "off", MOUNT_ATTR_NODEV}, {"atime", "off", MOUNT_ATTR_NOATIME}};

Result<uint64_t> attributes_of(Pool& pool, const std::string& path) {
  uint64_t attributes = 0;
  for (const Flag& flag : flags) {
    CB_TRY(Setting setting, setting_of(pool, path, flag.property));
    if (setting.value == flag.value) attributes |= flag.attribute;
  }
  return attributes;
}

/// What is not in `attributes` is cleared.
Result<> set_attributes(int mount, uint64_t attributes) {
  mount_attr change{};
  for (const Flag& flag : flags) (attributes & flag.attribute ? change.attr_set : change.attr_clr) |= flag.attribute;
  // How times of access are kept is one of several, not a flag of its own.
  change.attr_clr |= MOUNT_ATTR__ATIME;
  if (::mount_setattr(mount, "", AT_EMPTY_PATH, &change, sizeof change) < 0)
    return errno == EBUSY ? Result<>(fail(Why::busy, "pool or dataset is busy")) : sys_fail(errno, "mount_setattr");
  return {};
}

Result<> make_path(const std::string& path) {
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    CB_CHECK(sys::make_directory(AT_FDCWD, path.substr(0, slash).c_str(), 0755), "mountpoint");
    if (slash == path.npos) return {};
  }
}

bool is_number(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == text.npos; }

std::string namespace_of(std::string_view process) {
  char text[64];
  ssize_t length = ::readlink(fmt::format("/proc/{}/ns/mnt", process).c_str(), text, sizeof text);
  return length > 0 ? std::string(text, static_cast<size_t>(length)) : "";
}

/// Whether an entry of the table of mounts of any other namespace is one: each is looked at once, by one of its processes.
template <class Test>
bool is_in_other_namespace(Test is_one) {
  std::set<std::string> seen{namespace_of("self"), ""};
  std::unique_ptr<DIR, int (*)(DIR*)> processes(::opendir("/proc"), ::closedir);
  while (const dirent* process = processes ? ::readdir(processes.get()) : nullptr) {
    if (!is_number(process->d_name) || !seen.insert(namespace_of(process->d_name)).second) continue;
    auto text = sys::read_file(fmt::format("/proc/{}/mountinfo", process->d_name));
    if (text && std::ranges::any_of(sys::parse_mount_table(*text), is_one)) return true;
  }
  return false;
}

/// Taken away under a mount, a directory would take that with it, in every namespace.
bool is_mounted_anywhere(const std::string& place) {
  auto is_one = [&](const sys::MountEntry& entry) { return entry.target == place; };
  auto table = sys::mount_table();
  return !table || std::ranges::any_of(*table, is_one) || is_in_other_namespace(is_one);
}

tl::unexpected<Error> busy() { return fail(Why::busy, "pool or dataset is busy"); }

}  // namespace

Result<> Mounter::load() {
  if (loaded_) return {};
  CB_TRY(table_, sys::mount_table());
  loaded_ = true;
  return {};
}

Result<std::string> Mounter::where(Pool& pool, const std::string& path) {
  CB_CHECK(load());
  CB_TRY(Setting mountpoint, setting_of(pool, path, "mountpoint"));
  if (!mountpoint.value.starts_with('/')) return std::string();
  CB_TRY(Shown shown, shown_of(pool, path));
  bool there = std::ranges::any_of(table_, [&](const sys::MountEntry& entry) { return entry.target == mountpoint.value && shown.is(entry); });
  return there ? mountpoint.value : std::string();
}

Result<> Mounter::mount(Pool& pool, const std::string& path, Wish wish) {
  CB_TRY(Setting canmount, setting_of(pool, path, "canmount"));
  CB_TRY(Setting mountpoint, setting_of(pool, path, "mountpoint"));
  bool may = canmount.value == "on" || (canmount.value == "noauto" && wish == Wish::explicit_);
  if (wish == Wish::automatic && (!may || !mountpoint.value.starts_with('/'))) return {};
  if (!may) return fail(Why::invalid, "'canmount' property is set to 'off'");
  if (mountpoint.value == "none") return fail(Why::invalid, "no mountpoint set");
  if (mountpoint.value == "legacy") return fail(Why::invalid, "legacy mountpoint");
  CB_TRY(std::string at, where(pool, path));
  if (!at.empty()) return wish == Wish::automatic ? Result<>{} : fail(Why::exists, "filesystem already mounted");
  CB_TRY(Shown shown, shown_of(pool, path));
  CB_TRY(uint64_t attributes, attributes_of(pool, path));
  CB_CHECK(make_path(mountpoint.value));
  CB_TRY(sys::Tree tree, shown.store->tree(shown.data, path, Access::write));
  CB_CHECK(set_attributes(tree.fd(), attributes));
  CB_CHECK(tree.attach(mountpoint.value.c_str()));
  loaded_ = false;
  return {};
}

Result<> Mounter::unmount(Pool& pool, const std::string& path, Force force) {
  CB_TRY(std::string at, where(pool, path));
  if (at.empty()) return {};
  int how = UMOUNT_NOFOLLOW | (force == Force::yes ? MNT_DETACH : 0);
  if (::umount2(at.c_str(), how) < 0) {
    int error = errno;
    if (error == EBUSY) return busy();
    return sys_fail(error, "umount {}", at);
  }
  loaded_ = false;
  CB_TRY(Setting mountpoint, setting_of(pool, path, "mountpoint"));
  if (mountpoint.source != "local") left_.push_back(at);
  return {};
}

void Mounter::tidy() {
  for (const std::string& place : std::exchange(left_, {}))
    if (!is_mounted_anywhere(place)) ::rmdir(place.c_str());
}

Result<std::vector<std::string>> Mounter::unmount_all(Pool& pool, const std::vector<std::string>& paths, Force force) {
  std::vector<std::string> done;
  for (auto next = paths.rbegin(); next != paths.rend(); ++next) {
    const std::string& path = *next;
    CB_TRY(std::string at, where(pool, path));
    if (at.empty()) continue;
    auto gone = unmount(pool, path, force);
    if (gone) {
      done.push_back(path);
      continue;
    }
    std::ranges::reverse(done);
    (void)mount_all(pool, done);
    return pass(std::move(gone.error()), "cannot unmount '{}'", at);
  }
  std::ranges::reverse(done);
  return done;
}

Result<> Mounter::mount_all(Pool& pool, const std::vector<std::string>& paths) {
  Result<> first;
  for (const std::string& path : paths)
    if (auto mounted = mount(pool, path, Wish::automatic); !mounted && first) first = pass(std::move(mounted.error()), "cannot mount '{}'", path);
  return first;
}

Result<> Mounter::refresh(Pool& pool, const std::string& path) {
  CB_TRY(std::string at, where(pool, path));
  if (at.empty()) return {};
  CB_TRY(uint64_t attributes, attributes_of(pool, path));
  CB_TRY(Fd there, sys::open(at, O_PATH | O_DIRECTORY));
  return set_attributes(there.get(), attributes);
}

Result<> Mounter::check_free(Pool& pool, const std::string& path) {
  CB_TRY(std::string at, where(pool, path));
  CB_TRY(Shown shown, shown_of(pool, path));
  bool twice = std::ranges::any_of(table_, [&](const sys::MountEntry& entry) { return shown.is(entry) && entry.target != at; });
  if (twice) return busy();
  // Mounted here, it is held for sure: the question is by whom else.
  Result<bool> held = at.empty() ? shown.store->is_held(shown.data) : Result<bool>(fail(Why::unsupported, "mounted here"));
  if (!held && held.error().why == Why::unsupported) held = is_in_other_namespace([&](const sys::MountEntry& entry) { return shown.is(entry); });
  if (!held) return pass(std::move(held.error()));
  return *held ? busy() : Result<>{};
}

}  // namespace cellblock::dataset
