#include "devfs_nodes.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>
#include <set>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

using model::Device;
using model::DeviceKind;
using model::DeviceTree;

constexpr int max_depth = 4;

std::vector<std::string> names_in(int directory) {
  std::vector<std::string> names;
  int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  auto close = [](DIR* opened) { ::closedir(opened); };
  std::unique_ptr<DIR, decltype(close)> dir(copy < 0 ? nullptr : ::fdopendir(copy));
  if (!dir && copy >= 0) ::close(copy);
  while (const dirent* entry = dir ? ::readdir(dir.get()) : nullptr)
    if (std::string_view name = entry->d_name; name != "." && name != "..") names.emplace_back(name);
  return names;
}

// File systems of their own, and what standard_devices() knows better.
bool is_skipped(std::string_view name) {
  constexpr std::array<std::string_view, 11> skipped{"pts", "shm", "mqueue", "hugepages", "fd", "stdin", "stdout",
                                                     "stderr", "ptmx", "log", "core"};
  return std::ranges::find(skipped, name) != skipped.end();
}

void scan(DeviceTree& tree, int directory, const std::string& prefix, int depth) {
  for (const std::string& name : names_in(directory)) {
    if (prefix.empty() && is_skipped(name)) continue;
    struct stat status;
    if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) continue;
    Device device;
    device.name = prefix + name;
    device.mode = status.st_mode & 07777;
    device.uid = status.st_uid;
    device.gid = status.st_gid;
    device.major = major(status.st_rdev);
    device.minor = minor(status.st_rdev);
    if (S_ISLNK(status.st_mode)) {
      char target[PATH_MAX];
      ssize_t size = ::readlinkat(directory, name.c_str(), target, sizeof target);
      device.kind = DeviceKind::link;
      device.target.assign(target, size < 0 ? 0 : static_cast<size_t>(size));
    } else if (S_ISDIR(status.st_mode)) {
      device.kind = DeviceKind::directory;
    } else if (S_ISBLK(status.st_mode) || S_ISCHR(status.st_mode)) {
      device.kind = S_ISBLK(status.st_mode) ? DeviceKind::block : DeviceKind::character;
    } else {
      continue;
    }
    bool deeper = device.kind == DeviceKind::directory && depth < max_depth;
    tree.push_back(std::move(device));
    if (!deeper) continue;
    auto below = sys::open_at(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (below) scan(tree, below->get(), prefix + name + "/", depth + 1);
  }
}

Result<> make_one(int directory, const Device& device) {
  const char* name = device.name.c_str();
  int made = 0;
  switch (device.kind) {
    case DeviceKind::directory: made = ::mkdirat(directory, name, 0755); break;
    case DeviceKind::link: made = ::symlinkat(device.target.c_str(), directory, name); break;
    case DeviceKind::block:
    case DeviceKind::character: {
      mode_t type = device.kind == DeviceKind::block ? S_IFBLK : S_IFCHR;
      made = ::mknodat(directory, name, type | 0600, makedev(device.major, device.minor));
      break;
    }
  }
  if (made < 0 && errno != EEXIST) return sys_fail(errno, "{}", device.name);
  if (device.kind == DeviceKind::link) return {};
  if (::fchownat(directory, name, device.uid, device.gid, AT_SYMLINK_NOFOLLOW) < 0 ||
      ::fchmodat(directory, name, device.mode, 0) < 0)
    return sys_fail(errno, "{}", device.name);
  return {};
}

void remove_others(int directory, const std::string& prefix, const std::set<std::string>& kept, int depth) {
  for (const std::string& name : names_in(directory)) {
    struct stat status;
    if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) continue;
    bool folder = S_ISDIR(status.st_mode);
    if (folder && depth < max_depth) {
      auto below = sys::open_at(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      if (below) remove_others(below->get(), prefix + name + "/", kept, depth + 1);
    }
    if (!kept.contains(prefix + name)) ::unlinkat(directory, name.c_str(), folder ? AT_REMOVEDIR : 0);
  }
}

// name:x:number:...
void read_ids(const char* path, std::map<std::string, uint32_t, std::less<>>& into) {
  for (const std::string& line : split(sys::read_file(path, 1 << 20).value_or(""), '\n')) {
    std::vector<std::string> fields = split(line, ':');
    auto number = fields.size() > 2 ? parse_int(fields[2]) : std::nullopt;
    if (number && *number >= 0 && *number < UINT32_MAX) into.emplace(fields[0], static_cast<uint32_t>(*number));
  }
}

}  // namespace

Result<> save_devfs_rules(const conf::DevfsRules& rules) {
  std::string text;
  for (const auto& [number, set] : rules.sets) {
    if (number == 0) continue;
    text += fmt::format("[{}={}]\n", set.name.empty() ? fmt::format("ruleset_{}", number) : set.name, number);
    for (const conf::DevfsRule& rule : set.rules) text += fmt::format("add {} {}\n", rule.number, rule.source());
  }
  CB_CHECK(sys::make_directory(AT_FDCWD, "/run/cellblock", 0700));
  return sys::replace_file(conf::devfs_state_path, text);
}

DeviceTree host_devices(const std::string& dev) {
  DeviceTree tree;
  for (const Device& device : conf::devfs::standard_devices())
    if (is_skipped(device.name)) tree.push_back(device);
  if (auto directory = sys::open(dev, O_RDONLY | O_DIRECTORY)) scan(tree, directory->get(), "", 0);
  return tree;
}

conf::devfs::Owners host_owners() {
  conf::devfs::Owners owners;
  read_ids("/etc/passwd", owners.users);
  read_ids("/etc/group", owners.groups);
  return owners;
}

Result<> make_devices(int directory, const DeviceTree& tree) {
  std::set<std::string> kept;
  for (const Device& device : tree) {
    kept.insert(device.name);
    CB_CHECK(make_one(directory, device));
  }
  remove_others(directory, "", kept, 0);
  return {};
}

}  // namespace cellblock::bsd
