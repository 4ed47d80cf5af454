#include "kernel/devices.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>

#include "sys/compat.hpp"
#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

struct Node {
  const char* name;
  unsigned major, minor;
};
constexpr Node ruleset_4[] = {{"null", 1, 3},   {"zero", 1, 5},    {"full", 1, 7},
                              {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};
constexpr std::pair<const char*, const char*> links[] = {
    {"pts/ptmx", "ptmx"},     {"/proc/self/fd", "fd"},     {"fd/0", "stdin"},
    {"fd/1", "stdout"},       {"fd/2", "stderr"},          {"../run/log.socket", "log"}};

Result<> fill(int dir, int ruleset) {
  if (ruleset != 1) {
    for (const Node& node : ruleset_4)
      if (::mknodat(dir, node.name, S_IFCHR | 0666, makedev(node.major, node.minor)) < 0 ||
          ::fchmodat(dir, node.name, 0666, 0) < 0)
        return sys_fail(errno, "/dev/{}", node.name);
  }
  for (auto [target, name] : links)
    if (::symlinkat(target, dir, name) < 0) return sys_fail(errno, "/dev/{}", name);
  CB_CHECK(sys::make_directory(dir, "pts", 0755));
  CB_CHECK(sys::make_directory(dir, "shm", 01777));
  return {};
}

Result<sys::Tree> make_tree(int ruleset, bool writable) {
  CB_TRY(sys::Tree tree, sys::Tree::create("tmpfs", {{"mode", "0755"}, {"size", "64k"}, {"source", "devfs"}},
                                           MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
  CB_CHECK(fill(tree.fd(), ruleset));
  if (!writable) CB_CHECK(tree.change(MOUNT_ATTR_RDONLY));
  return tree;
}

/// Whether a template is mounted on the open directory `dir` below `devs`.
bool is_mounted(int dir, int devs) {
  auto inner = sys::mount_id(dir), outer = sys::mount_id(devs);
  return inner && outer && *inner != *outer;
}

}  // namespace

Result<sys::Tree> device_tree(const Home& home, const model::Prison& prison) {
  int ruleset = prison.devfs_ruleset ? prison.devfs_ruleset : default_ruleset;
  if (prison.linux_mount) return make_tree(ruleset, true);
  std::string name = fmt::format("{}", ruleset);
  CB_CHECK(sys::make_directory(home.fd(), "dev", 0700));
  CB_TRY(Fd devs, sys::open_at(home.fd(), "dev", O_RDONLY | O_DIRECTORY));
  CB_CHECK(sys::make_directory(devs.get(), name.c_str(), 0700));
  CB_TRY(Fd pinned, sys::open_at(devs.get(), name.c_str(), O_PATH | O_DIRECTORY));
  if (!is_mounted(pinned.get(), devs.get())) {
    CB_TRY(sys::Tree made, make_tree(ruleset, false));
    CB_CHECK(made.attach(pinned.get()), "devfs template {}", name);
    CB_TRY(pinned, sys::open_at(devs.get(), name.c_str(), O_PATH | O_DIRECTORY));
  }
  return sys::Tree::clone(pinned.get(), false);
}

}  // namespace cellblock::kernel
