#include "mount_list.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "model/mount_type.hpp"

namespace cellblock::bsd {
namespace {

struct Flag {
  std::string_view linux_word, fstab_word, shown;
};
constexpr std::array flags{
    Flag{"noatime", "noatime", "noatime"}, Flag{"noexec", "noexec", "noexec"}, Flag{"nosuid", "nosuid", "nosuid"},
    Flag{"nosymfollow", "nosymfollow", "nosymfollow"}, Flag{"ro", "ro", "read-only"}, Flag{"sync", "sync", "synchronous"}};

bool has_word(std::string_view commas, std::string_view word) {
  std::vector<std::string> words = split(commas, ',');
  return std::ranges::find(words, word) != words.end();
}

// Our mount command leaves FreeBSD's name in the source: the kernel knows only proc, sysfs and tmpfs.
std::string_view type_of(const sys::MountEntry& entry) {
  for (std::string_view name : {"linprocfs", "linsysfs", "devfs"})
    if (entry.source == name) return name;
  return model::bsd_type_name(entry.type);
}

bool shows_trees(std::string_view type) { return type != "btrfs" && type != "cgroup" && type != "cgroup2" && type != "nsfs"; }

std::string below(const std::string& target, std::string_view rest) {
  if (rest.empty() || rest == "/") return target;
  return (target == "/" ? "" : target) + std::string(rest);
}

// The mount that shows the same file system from further up, if it came earlier.
const sys::MountEntry* find_base(const std::vector<sys::MountEntry>& table, size_t index) {
  const sys::MountEntry& entry = table[index];
  if (!shows_trees(entry.type)) return nullptr;
  bool one_of_its_kind = entry.source.starts_with('/');  // a disk; "tmpfs" names no particular one
  if (entry.root == "/" && !one_of_its_kind) return nullptr;
  for (size_t i = 0; i < index; ++i) {
    const sys::MountEntry& other = table[i];
    bool same = other.type == entry.type && other.source == entry.source;
    if (same && (other.root == "/" || entry.root == other.root || entry.root.starts_with(other.root + "/"))) return &other;
  }
  return nullptr;
}

ShownMount show(const std::vector<sys::MountEntry>& table, size_t index) {
  const sys::MountEntry& entry = table[index];
  ShownMount shown{entry.source, entry.target, std::string(type_of(entry)), true, {}};
  if (const sys::MountEntry* base = find_base(table, index)) {
    shown.source = below(base->target, entry.root.substr(base->root == "/" ? 0 : base->root.size()));
    shown.type = "nullfs";
  } else if (entry.root != "/" && shows_trees(entry.type)) {
    shown.source = entry.root;
    shown.type = "nullfs";
  }
  constexpr std::array<std::string_view, 7> remote{"nfs", "nfs4", "cifs", "9p", "ceph", "devfs", "fdescfs"};
  shown.local = std::ranges::find(remote, shown.type) == remote.end();
  for (const Flag& flag : flags)
    if (has_word(entry.options, flag.linux_word) || (flag.linux_word == "ro" && has_word(entry.super_options, "ro")) ||
        (flag.linux_word == "sync" && has_word(entry.super_options, "sync")))
      shown.flags.emplace_back(flag.fstab_word);
  return shown;
}

std::string column(const std::string& text) {
  std::string out = text;
  for (size_t width : {8, 16, 24})
    if (text.size() < width) out += '\t';
  if (text.size() >= 24) out += ' ';
  return out;
}

}  // namespace

std::vector<ShownMount> shown_mounts(const std::vector<sys::MountEntry>& table) {
  std::vector<ShownMount> shown;
  for (size_t i = 0; i < table.size(); ++i) shown.push_back(show(table, i));
  return shown;
}

std::string mount_line(const ShownMount& mount) {
  std::string out = fmt::format("{} on {} ({}", mount.source, mount.target, mount.type);
  if (mount.local) out += ", local";
  for (const Flag& flag : flags)
    if (std::ranges::find(mount.flags, flag.fstab_word) != mount.flags.end()) out += fmt::format(", {}", flag.shown);
  return out + ")";
}

std::string fstab_columns(const ShownMount& mount) {
  bool read_only = std::ranges::find(mount.flags, "ro") != mount.flags.end();
  std::string options = read_only ? "ro" : "rw";
  for (const std::string& flag : mount.flags)
    if (flag != "ro") options += "," + flag;
  return fmt::format("{}{}{}\t{}{}0 0", column(vis(mount.source)), column(vis(mount.target)), mount.type, options,
                     options.size() < 8 ? "\t" : " ");
}

bool type_selected(std::string_view types, std::string_view type) {
  if (types.empty()) return true;
  bool excluded = types.starts_with("no");
  if (excluded) types.remove_prefix(2);
  return has_word(types, type) != excluded;
}

}  // namespace cellblock::bsd
