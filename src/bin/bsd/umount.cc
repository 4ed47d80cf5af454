// umount(8).
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <optional>

#include "applet.hpp"
#include "mount_list.hpp"
#include "mounting.hpp"
#include "sys/file.hpp"

namespace cellblock::bsd {
namespace {

constexpr std::string_view me = "umount";

int usage() {
  fmt::print(stderr, "usage: umount [-dfNnv] special ... | node ... | fsid ...\n"
                     "       umount -a | -A [-F fstab] [-fnv] [-h host] [-t type]\n");
  return 1;
}

std::vector<ShownMount> mounts() {
  auto table = sys::mount_table();
  return table ? shown_mounts(*table) : std::vector<ShownMount>{};
}

int unmount_one(const ShownMount& mount, const Options& options) {
  if (!type_selected(options.value('t'), mount.type)) return 1;
  if (options.has('d')) return 0;
  auto done = unmount(mount.target, options.has('f') ? Force::yes : Force::no);
  if (!done) {
    warnx(me, "unmount of {} failed: {}", mount.target, strerror_of(done.error().sys));
    return 1;
  }
  if (options.has('v')) fmt::print("{}: unmount from {}\n", mount.source, mount.target);
  return 0;
}

// The last one mounted there, or from there. What a path leads to by links counts as well.
std::optional<ShownMount> find_mount(const std::string& word) {
  std::vector<ShownMount> all = mounts();
  std::ranges::reverse(all);
  std::string path = word;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  char buffer[PATH_MAX];
  std::string real = ::realpath(path.c_str(), buffer) ? buffer : "";
  for (const std::string& wanted : {path, real})
    for (const ShownMount& mount : all)
      if (!wanted.empty() && mount.target == wanted) return mount;
  for (const ShownMount& mount : all)
    if (mount.source == path) return mount;
  return std::nullopt;
}

int unmount_word(const std::string& word, const Options& options) {
  if (auto mount = find_mount(word)) return unmount_one(*mount, options);
  struct stat status;
  if (::stat(word.c_str(), &status) < 0) warnx(me, "{}: statfs: {}", word, strerror_of(errno));
  else if (S_ISDIR(status.st_mode)) warnx(me, "{}: not a file system root directory", word);
  warnx(me, "{}: unknown file system", word);
  return 1;
}

// -a: what fstab(5) lists; -A: whatever is mounted but the root. Last mounted, first unmounted.
int unmount_all(const Options& options) {
  int status = 0;
  std::vector<std::string> targets;
  if (options.has('A')) {
    for (const ShownMount& mount : mounts())
      if (mount.target != "/" && type_selected(options.value('t'), mount.type)) targets.push_back(mount.target);
  } else {
    std::string path = options.value('F', "/etc/fstab");
    auto text = sys::read_file(path);
    if (!text) {
      warnx(me, "{}: {}", path, strerror_of(text.error().sys));
      return 1;
    }
    for (const conf::FstabEntry& entry : conf::parse_fstab(*text, 0).entries)
      if (entry.target != "/" && entry.type != "swap" && type_selected(options.value('t'), entry.type))
        targets.push_back(entry.target);
  }
  std::ranges::reverse(targets);
  for (const std::string& target : targets) {
    auto mount = find_mount(target);
    if (mount && mount->target != "/") status |= unmount_one(*mount, options);
  }
  return status;
}

}  // namespace

int umount(const Words& words) {
  Options options(words, "AaF:fdh:Nnt:v");
  if (!options.error().empty()) {
    warnx(me, "{}", options.error());
    return usage();
  }
  bool all = options.has('a') || options.has('A');
  if (all != options.rest().empty()) return usage();
  if (all) return unmount_all(options);
  int status = 0;
  for (const std::string& word : options.rest()) status |= unmount_word(word, options);
  return status;
}

}  // namespace cellblock::bsd
