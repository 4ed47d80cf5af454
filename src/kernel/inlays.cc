#include "kernel/inlays.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mount.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "sys/file.hpp"

namespace cellblock::kernel {
namespace {

/// The host's mount table, read again only when the kernel says that it changed.
class MountTable {
 public:
  Result<const std::vector<sys::MountEntry>*> now() {
    if (!file_) {
      CB_TRY(file_, sys::open("/proc/self/mountinfo", O_RDONLY));
    }
    pollfd poll{file_.get(), POLLPRI, 0};
    bool changed = ::poll(&poll, 1, 0) > 0 && (poll.revents & (POLLPRI | POLLERR));
    if (!read_ || changed) {
      if (::lseek(file_.get(), 0, SEEK_SET) < 0) return sys_fail(errno, "/proc/self/mountinfo");
      CB_TRY(std::string text, sys::read_all(file_.get()), "/proc/self/mountinfo");
      table_ = sys::parse_mount_table(text);
      read_ = true;
    }
    return &table_;
  }

 private:
  Fd file_;
  bool read_ = false;
  std::vector<sys::MountEntry> table_;
};

enum class Fate { carry, own_proc, own_dev, read_only, leave };

Fate fate_of(const sys::MountEntry& entry, const std::string& target) {
  const std::string& type = entry.type;
  if (type == "proc") return target == "/proc" ? Fate::own_proc : Fate::leave;
  bool devfs = type == "devtmpfs" || (type == "tmpfs" && entry.source == "devfs");  // the latter: mount -t devfs
  if (devfs) return target == "/dev" ? Fate::own_dev : Fate::leave;
  if (type == "sysfs") return Fate::read_only;
  for (const char* hidden : {"devpts", "cgroup", "cgroup2", "debugfs", "tracefs", "securityfs", "bpf", "pstore",
                             "efivarfs", "configfs", "mqueue", "hugetlbfs", "binfmt_misc", "fusectl", "nsfs",
                             "rpc_pipefs", "autofs"})
    if (type == hidden) return Fate::leave;
  return Fate::carry;
}

/// Whether `target` lies below a mount that is not carried.
bool below_one_of(const std::vector<std::string>& left, const std::string& target) {
  return std::any_of(left.begin(), left.end(), [&](const std::string& top) { return target.starts_with(top + "/"); });
}

/// Nothing: another mount hides it, or it is gone.
Result<std::optional<Inlay>> carry(const sys::MountEntry& entry, const std::string& inside, bool read_only) {
  auto directory = sys::open_real(entry.target, O_PATH);
  if (!directory && directory.error().why == Why::absent) return std::nullopt;
  CB_CHECK(directory.map([](const Fd&) {}), "mount {}", entry.target);
  CB_TRY(uint64_t number, sys::mount_id(directory->get()), "mount {}", entry.target);
  if (number != entry.id) return std::nullopt;
  CB_TRY(sys::Tree tree, sys::Tree::clone(directory->get(), false), "mount {}", entry.target);
  if (read_only) CB_CHECK(tree.change(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
  return std::optional(Inlay{std::move(tree), inside});
}

}  // namespace

Result<Found> find_inlays(const std::string& path) {
  static MountTable mounts;
  CB_TRY(const std::vector<sys::MountEntry>* table, mounts.now());
  std::string prefix = path == "/" ? "" : path;
  Found found;
  std::vector<std::string> left;  // mounts not carried hide what lies below them too
  for (const sys::MountEntry& entry : *table) {
    if (!entry.target.starts_with(prefix + "/") || entry.target == "/") continue;
    std::string inside = entry.target.substr(prefix.size());
    if (inside.starts_with(home_path) || below_one_of(left, inside)) continue;
    Fate fate = fate_of(entry, inside);
    found.proc |= fate == Fate::own_proc;
    found.dev |= fate == Fate::own_dev;
    if (fate == Fate::carry || fate == Fate::read_only) {
      CB_TRY(std::optional<Inlay> inlay, carry(entry, inside, fate == Fate::read_only));
      if (inlay) found.inlays.push_back(std::move(*inlay));
    } else {
      left.push_back(inside);
    }
  }
  return found;
}

}  // namespace cellblock::kernel
