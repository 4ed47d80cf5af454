// mount(8).
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>

#include "applet.hpp"
#include "base/text.hpp"
#include "mount_list.hpp"
#include "mounting.hpp"
#include "own_jail.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "mount";

int usage() {
  fmt::print(stderr, "usage: mount [-adflpruvw] [-F fstab] [-o options] [-t ufs | external_type]\n"
                     "       mount [-dfpruvw] special | node\n"
                     "       mount [-dfpruvw] [-o options] [-t ufs | external_type] special node\n");
  return 1;
}

std::vector<std::string> split_options(const Options& options) {
  std::vector<std::string> out;
  for (const auto& [letter, value] : options.all()) {
    if (letter == 'o') {
      std::vector<std::string> words = split(value, ',');
      out.insert(out.end(), words.begin(), words.end());
    }
    if (letter == 'r') out.emplace_back("ro");
    if (letter == 'w') out.emplace_back("rw");
    if (letter == 'u') out.emplace_back("update");
  }
  return out;
}

std::string real_path(const std::string& path) {
  char buffer[PATH_MAX];
  return ::realpath(path.c_str(), buffer) ? buffer : path;
}

// With enforce_statfs=2 a jail sees its root and nothing else (facts of statfs(2)).
std::vector<ShownMount> visible_mounts() {
  auto table = sys::mount_table();
  std::vector<ShownMount> mounts = table ? shown_mounts(*table) : std::vector<ShownMount>{};
  OwnJail own = own_jail();
  if (own.jailed && own.prison.enforce_statfs == 2)
    std::erase_if(mounts, [](const ShownMount& mount) { return mount.target != "/"; });
  return mounts;
}

int list(const Options& options) {
  for (const ShownMount& mount : visible_mounts())
    if (type_selected(options.value('t'), mount.type))
      fmt::print("{}\n", options.has('p') ? fstab_columns(mount) : mount_line(mount));
  return 0;
}

int mount_one(conf::FstabEntry entry, const Options& options) {
  std::vector<std::string> more = split_options(options);
  entry.options.insert(entry.options.end(), more.begin(), more.end());
  if (options.has('v')) fmt::print("{}\n", mount_line({entry.source, entry.target, entry.type, true, {}}));
  if (options.has('d')) return 0;
  if (auto mounted = mount_entry(entry); !mounted) {
    warnx(mount_program(entry.type), "{}", mounted.error().text());
    return 1;
  }
  return 0;
}

// FreeBSD takes ufs where no type is given; here each type that could lie on a disk is tried.
int mount_untyped(const std::string& source, const std::string& target, const Options& options) {
  std::string said = fmt::format("{}: {}", source, strerror_of(ENODEV));
  if (::access(source.c_str(), F_OK) != 0) said = fmt::format("{}: {}", source, strerror_of(errno));
  else
    for (const std::string& type : disk_types()) {
      auto mounted = mount_entry({source, target, type, split_options(options), 0, 0, {}});
      if (mounted) return 0;
      if (mounted.error().why == Why::denied || mounted.error().why == Why::absent) said = mounted.error().text();
    }
  warnx(me, "{}", said);
  return 1;
}

Result<conf::Fstab> read_fstab(const Options& options) {
  std::string path = options.value('F', "/etc/fstab");
  auto text = sys::read_file(path);
  if (!text) return fail(text.error().why, "{}: {}", path, strerror_of(text.error().sys));
  conf::Fstab fstab = conf::parse_fstab(*text, 0);
  for (const conf::Diag& diag : fstab.diags) warnx(me, "{}: {}", path, diag.what);
  return fstab;
}

bool is_mounted(const std::vector<ShownMount>& mounts, const conf::FstabEntry& entry) {
  std::string target = real_path(entry.target);
  return std::ranges::any_of(mounts, [&](const ShownMount& mount) { return mount.target == target; });
}

int mount_all(const Options& options) {
  auto fstab = read_fstab(options);
  if (!fstab) {
    warnx(me, "{}", fstab.error().text());
    return 1;
  }
  int status = 0;
  for (const conf::FstabEntry& entry : fstab->entries) {
    bool wanted = !entry.has("noauto") && !entry.has("sw") && entry.type != "swap" &&
                  entry.has("late") <= options.has('l') && type_selected(options.value('t'), entry.type);
    if (!wanted || is_mounted(visible_mounts(), entry)) continue;
    if (mount_one(entry, options) != 0 && !entry.has("failok")) status = 1;
  }
  return status;
}

// The one argument is what fstab(5) says of it, by its source or by its target.
int mount_by_fstab(const std::string& word, const Options& options) {
  std::string path = real_path(word);
  if (options.has('u'))
    for (const ShownMount& mount : visible_mounts())
      if (mount.target == path) return mount_one({mount.source, mount.target, mount.type, {}, 0, 0, {}}, options);
  auto fstab = read_fstab(options);
  if (fstab)
    for (const conf::FstabEntry& entry : fstab->entries)
      if (entry.source == word || entry.target == word || entry.target == path) return mount_one(entry, options);
  warnx(me, "{}: unknown special file or file system", word);
  return 1;
}

}  // namespace

int mount(const Words& words) {
  Options options(words, "adF:fLlno:prt:uvw");
  if (!options.error().empty()) {
    warnx(me, "{}", options.error());
    return usage();
  }
  const Words& rest = options.rest();
  if (options.has('a')) return rest.empty() ? mount_all(options) : usage();
  if (rest.empty()) return list(options);
  if (rest.size() == 1) return mount_by_fstab(rest[0], options);
  if (rest.size() > 2) return usage();
  std::vector<std::string> own = split_options(options);
  bool linux_bind = std::ranges::any_of(own, [](const std::string& o) { return o == "bind" || o == "rbind"; });
  if (!options.has('t') && !linux_bind) return mount_untyped(rest[0], real_path(rest[1]), options);
  return mount_one({rest[0], real_path(rest[1]), options.value('t', "none"), {}, 0, 0, {}}, options);
}

}  // namespace cellblock::bsd
