#include "kernel/fuse_abort.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"

namespace cellblock::kernel {
namespace {

/// Device numbers of the mounted ones; none where the process is gone.
std::set<unsigned> mounted_by(pid_t pid) {
  std::set<unsigned> devices;
  auto text = sys::read_file(fmt::format("/proc/{}/mountinfo", pid));
  if (!text) return devices;
  for (const sys::MountEntry& entry : sys::parse_mount_table(*text))
    if (entry.type == "fuse" || entry.type == "fuseblk" || entry.type.starts_with("fuse.")) devices.insert(entry.device);
  return devices;
}

}  // namespace

Result<> abort_user_file_systems(const std::vector<pid_t>& dying, pid_t outside) {
  std::set<unsigned> theirs, kept = mounted_by(outside);
  for (pid_t pid : dying) theirs.merge(mounted_by(pid));
  std::erase_if(theirs, [&](unsigned device) { return kept.contains(device); });
  if (theirs.empty()) return {};
  CB_TRY(sys::Tree connections, sys::Tree::create("fusectl", {}, 0));
  for (unsigned device : theirs) {
    auto ended = sys::write_at(connections.fd(), fmt::format("{}/abort", device).c_str(), "1");
    if (!ended && ended.error().why != Why::absent) return ended;
  }
  return {};
}

}  // namespace cellblock::kernel
