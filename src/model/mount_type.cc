#include "model/mount_type.hpp"

#include <sys/mount.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/text.hpp"

namespace cellblock::model {
namespace {

// MS_NOSYMFOLLOW is younger than glibc's header.
constexpr unsigned long ms_nosymfollow = 256;

constexpr std::array types{
    MountType{"nullfs", MountKind::bind, "", ""},
    MountType{"unionfs", MountKind::overlay, "overlay", ""},
    MountType{"tmpfs", MountKind::tmpfs, "tmpfs", ""},
    MountType{"devfs", MountKind::devfs, "tmpfs", ""},
    MountType{"fdescfs", MountKind::fdescfs, "", ""},
    MountType{"procfs", MountKind::proc, "proc", ""},
    MountType{"linprocfs", MountKind::proc, "proc", ""},
    MountType{"linsysfs", MountKind::sysfs, "sysfs", ""},
    MountType{"mqueuefs", MountKind::native, "mqueue", ""},
    MountType{"cd9660", MountKind::native, "iso9660", "isofs"},
    MountType{"msdosfs", MountKind::native, "vfat", ""},
    MountType{"ext2fs", MountKind::native, "ext4", ""},
    MountType{"ntfs", MountKind::native, "ntfs3", ""},
    MountType{"smbfs", MountKind::native, "cifs", ""},
    MountType{"fusefs", MountKind::native, "fuse", ""},
    MountType{"udf", MountKind::native, "udf", ""},
    MountType{"ufs", MountKind::native, "ufs", ""},
    MountType{"nfs", MountKind::native, "nfs", ""},
    MountType{"zfs", MountKind::native, "zfs", ""},
};

// Words that every file system of FreeBSD takes. `set` and `clear` are MS_* flags.
struct Word {
  std::string_view word;
  unsigned long set = 0, clear = 0;
};

constexpr std::array words{
    Word{"ro", MS_RDONLY}, Word{"rdonly", MS_RDONLY}, Word{"rw", 0, MS_RDONLY},
    Word{"nosuid", MS_NOSUID}, Word{"suid", 0, MS_NOSUID},
    Word{"noexec", MS_NOEXEC}, Word{"exec", 0, MS_NOEXEC},
    Word{"nodev", MS_NODEV}, Word{"dev", 0, MS_NODEV},
    Word{"noatime", MS_NOATIME}, Word{"atime", 0, MS_NOATIME},
    Word{"sync", MS_SYNCHRONOUS}, Word{"async", 0, MS_SYNCHRONOUS}, Word{"nosync", 0, MS_SYNCHRONOUS},
    Word{"nosymfollow", ms_nosymfollow}, Word{"symfollow", 0, ms_nosymfollow},
};

constexpr std::array<std::string_view, 12> fstab_words{
    "late", "auto", "noauto", "failok", "linux", "userquota", "groupquota", "quota", "noquota",
    "xx", "sw", "automounted"};

// Words without a meaning on Linux: FreeBSD's buffer cache, labels, and how a file system was reached.
constexpr std::array<std::string_view, 22> silent_words{
    "noclusterr", "clusterr", "noclusterw", "clusterw", "acls", "noacls", "nfsv4acls", "nonfsv4acls",
    "multilabel", "nomultilabel", "suiddir", "nosuiddir", "union", "nounion", "force", "noforce",
    "current", "fstab", "untrusted", "emptydir", "snapshot", "defaults"};

template <size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

struct Option {
  std::string_view name, value;
};

Option cut(std::string_view text) {
  size_t equals = text.find('=');
  if (equals == text.npos) return {text, {}};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

tl::unexpected<Error> unknown(std::string_view name) {
  return fail(Why::invalid, "mount option <{}> is unknown", name);
}

Result<> take_tmpfs(MountRecipe& recipe, Option option) {
  if (option.name == "size" && !option.value.ends_with('%')) {
    CB_TRY(uint64_t bytes, expand_number(option.value), "size");
    recipe.data.emplace_back("size", std::to_string(bytes));
  } else if (option.name == "inodes" || option.name == "nr_inodes") {
    CB_TRY(uint64_t count, expand_number(option.value), "inodes");
    recipe.data.emplace_back("nr_inodes", std::to_string(count));
  } else if (option.name == "size" || option.name == "mode" || option.name == "uid" || option.name == "gid") {
    recipe.data.emplace_back(option.name, option.value);
  } else if (option.name != "maxfilesize" && option.name != "nonc" && option.name != "nomtime" &&
             option.name != "pgread" && option.name != "nocache") {
    return unknown(option.name);
  }
  return {};
}

Result<> take_devfs(MountRecipe& recipe, Option option) {
  if (option.name != "ruleset") return unknown(option.name);
  auto number = parse_int(option.value);
  if (!number || *number < 0 || *number > 65535)
    return fail(Why::invalid, "invalid ruleset: {}", option.value);
  recipe.ruleset = static_cast<int>(*number);
  return {};
}

// The words that one kind of file system has of its own.
Result<> take_own(MountRecipe& recipe, Option option) {
  switch (recipe.kind) {
    case MountKind::tmpfs: return take_tmpfs(recipe, option);
    case MountKind::devfs: return take_devfs(recipe, option);
    case MountKind::bind:
      if (option.name == "rbind") recipe.recursive = true;
      else if (option.name != "nocache" && option.name != "cache" && option.name != "bind" &&
               option.name != "unixbypass" && option.name != "nounixbypass")
        return unknown(option.name);
      return {};
    case MountKind::overlay:
      if (option.name == "below") recipe.below = true;
      else if (option.name != "copymode" && option.name != "whiteout" && option.name != "udir" &&
               option.name != "ufile")
        return unknown(option.name);
      return {};
    case MountKind::proc:
    case MountKind::sysfs:
    case MountKind::fdescfs:
      if (option.name == "hidepid") recipe.data.emplace_back(option.name, option.value);
      else if (option.name != "linrdlnk" && option.name != "rdlnk" && option.name != "nodup")
        return unknown(option.name);
      return {};
    case MountKind::native: recipe.data.emplace_back(option.name, option.value); return {};
  }
  return {};
}

Result<> take(MountRecipe& recipe, std::string_view text) {
  Option option = cut(text);
  if (option.name == "update" || option.name == "reload") {
    recipe.update = true;
    return {};
  }
  auto common = std::ranges::find(words, option.name, &Word::word);
  if (common != words.end()) {
    recipe.flags = (recipe.flags | common->set) & ~common->clear;
    return {};
  }
  if (text.empty() || is_fstab_option(option.name) || contains(silent_words, option.name)) return {};
  return take_own(recipe, option);
}

// "none /mnt none bind,ro": Linux' way to write a bind mount in fstab(5).
bool is_linux_bind(std::string_view type, const std::vector<std::string>& options) {
  if (type == "bind" || type == "rbind") return true;
  if (type != "none" && !type.empty()) return false;
  return std::ranges::any_of(options, [](const std::string& word) { return word == "bind" || word == "rbind"; });
}

}  // namespace

std::span<const MountType> mount_types() { return types; }

const MountType* find_mount_type(std::string_view name) {
  auto row = std::ranges::find(types, name, &MountType::name);
  return row == types.end() ? nullptr : &*row;
}

std::string_view bsd_type_name(std::string_view native) {
  if (native == "overlay") return "unionfs";
  if (native == "proc") return "procfs";
  if (native == "sysfs") return "linsysfs";
  if (native == "devtmpfs") return "devfs";
  if (native == "mqueue") return "mqueuefs";
  if (native == "iso9660") return "cd9660";
  if (native == "vfat") return "msdosfs";
  return native;
}

std::string MountRecipe::data_text() const {
  std::string out;
  for (const auto& [name, value] : data) {
    if (!out.empty()) out += ',';
    out += name;
    if (!value.empty()) out += "=" + value;
  }
  return out;
}

bool is_fstab_option(std::string_view word) {
  return contains(fstab_words, word) || word.starts_with("mountprog=") || word == "mountprog";
}

Result<MountRecipe> mount_recipe(std::string_view type, std::string_view source,
                                 const std::vector<std::string>& options) {
  MountRecipe recipe;
  recipe.source = source;
  if (is_linux_bind(type, options)) {
    recipe.kind = MountKind::bind;
    recipe.recursive = type == "rbind";
  } else if (const MountType* row = find_mount_type(type)) {
    recipe.kind = row->kind;
    recipe.type = row->native;
  } else {
    recipe.type = type;
  }
  for (const std::string& option : options) CB_CHECK(take(recipe, option));
  return recipe;
}

Result<uint64_t> expand_number(std::string_view text) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  std::string suffix = to_lower(std::string_view(end, text.data() + text.size()));
  if (error != std::errc()) return fail(Why::invalid, "invalid number: {}", text);
  if (suffix.empty() || suffix == "b") return value;
  constexpr std::string_view scale = "kmgtpe";
  size_t power = scale.find(suffix.front());
  if (power == scale.npos || !(suffix.size() == 1 || suffix.substr(1) == "b"))
    return fail(Why::invalid, "invalid number: {}", text);
  unsigned shift = 10 * (static_cast<unsigned>(power) + 1);
  if (value > std::numeric_limits<uint64_t>::max() >> shift)
    return sys_fail(ERANGE, "invalid number: {}", text);
  return value << shift;
}

}  // namespace cellblock::model
